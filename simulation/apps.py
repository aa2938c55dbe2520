"""The Django application of simulation."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Simulated traders."""

    name = "simulation"
    verbose_name = "Simulation"
