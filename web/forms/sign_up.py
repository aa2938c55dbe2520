"""The form that makes a new trader."""

from django import forms

from web.forms.fields import ClassCodeField

PASSWORD_LENGTH_MAX = 512


class KeepAccountForm(forms.Form):
    """A user name and a password, by which a guest stays."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        error_messages={"required": "Choose a user name.", "max_length": "Keep the user name to 150 characters."},
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=PASSWORD_LENGTH_MAX,
        error_messages={
            "required": "Choose a password.",
            "max_length": f"Keep the password to {PASSWORD_LENGTH_MAX} characters.",
        },
    )


class SignUpForm(KeepAccountForm):
    """The same, and of those who have one the code of their class; nothing else is asked."""

    code = ClassCodeField(required=False)
