"""The SSH door: a console for operators. The only user of paramiko."""
