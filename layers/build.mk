# How `sam build` builds every function and layer (samconfig.toml names this file as the manifest). SAM copies the source
# folder, changes into it and asks for build-<logical id>; the folder's content decides what is done, so no resource is
# named here.
HOUSE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))..

build-%:
	@PYTHONPATH="$(HOUSE)/infrastructure" "$(HOUSE)/.venv/bin/python" -B -m artifacts.build "$(ARTIFACTS_DIR)"
