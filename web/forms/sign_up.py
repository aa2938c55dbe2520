"""The form that makes a new trader."""

from django import forms

from web.forms.fields import ClassCodeField

PASSWORD_LENGTH_MAX = 512


class SignUpForm(forms.Form):
    """A user name, a password and, of those who have one, the code of their class; nothing else is asked."""

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
    code = ClassCodeField(required=False)
