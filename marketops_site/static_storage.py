"""How static files are kept: under names that tell their content, compressed, so that browsers keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

OUR_SCRIPTS = "js/*.js"
_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class HashedModulesStorage(CompressedManifestStaticFilesStorage):
    """Our scripts import each other, too, by the names that tell their content.

    Those of packages stay as they are: they have their own ways of finding each other.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, (OUR_SCRIPTS, IMPORTS))
    # A name is known once those of all imports are, so a chain of imports takes as many passes as it has links.
    max_post_process_passes = 12
