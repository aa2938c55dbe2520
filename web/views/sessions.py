"""Signing in, up and out."""

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.db import close_old_connections
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from access import budgets
from access.budgets import Budget, Cost
from access.errors import InvalidUser
from access.networks import caller_address
from access.services import users
from market.errors import InvalidRequest, NotFound
from market.services import accounts, classes
from web.actors import sign_in
from web.forms.sign_up import SignUpForm
from web.views import errors
from web.views.classes import join_class

ATTEMPT = Cost(Budget.SIGN_INS)


class SignIn(LoginView):
    """The sign-in page. Those who are signed in already go on to where they wanted."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The form, and whether one may trade as a guest."""
        return {**super().get_context_data(**kwargs), "takes_guests": settings.GUESTS}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Sign in, unless too many attempts came from this address, under whatever names."""
        allowed = budgets.spend(ATTEMPT, actor=None, address=caller_address(request.META))
        if allowed is not None and not allowed.is_granted:
            return errors.too_often(request, retry_after_s=allowed.retry_after_s)
        return super().post(request, *args, **kwargs)


class SignOut(LogoutView):
    """Ends the session; by POST only, so that no link on another page can do it."""


@method_decorator([sensitive_post_parameters("password"), csrf_protect, never_cache], name="dispatch")
class SignUp(RedirectURLMixin, FormView):
    """The page on which a visitor becomes a trader with a demo account."""

    template_name = "web/sign_up.html"
    form_class = SignUpForm
    next_page = "web:markets"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Those who are signed in already go on to where they wanted; guests keep what they have."""
        if request.user.is_authenticated:
            return redirect("web:keep_account" if request.user.is_guest else self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, object]:
        """The class's code, where the link that the teacher has given has it."""
        return {"code": self.request.GET.get("code", "")}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The form, and where to go afterwards."""
        return {**super().get_context_data(**kwargs), "next": self.get_redirect_url()}

    def form_valid(self, form: Form) -> HttpResponse:
        """Create the trader and their demo account, let them join their class, and sign them in."""
        username, password, code = (form.cleaned_data[name] for name in ("username", "password", "code"))
        try:
            if code:
                classes.check_joinable(code)
            # To hash the password takes long, and no other page is to wait for the connection meanwhile.
            close_old_connections()
            actor = users.create(username=username, password=password, door="web", then=accounts.open_demo_account)
        except (InvalidUser, InvalidRequest, NotFound) as error:
            form.add_error(error.field if error.field in form.fields else None, error.detail)
            return self.form_invalid(form)
        if code:
            join_class(self.request, code, actor=actor)
        sign_in(self.request, actor)
        return redirect(self.get_success_url())
