# Every command is a thin call of scripts/dev; its logic and help are in scripts/devkit/.
#   PORT=8069     where the shop answers          STATE=.local   where databases and environments live
#   MODULES= TAGS=  narrow `make test`            SUITES=        core suites of `make test-core`
#   BENCH=        narrow `make bench`             ODOO_DEB= ODOO_HOME=   Odoo from a file or a source tree
export PORT STATE MODULES TAGS SUITES BENCH ODOO_DEB ODOO_HOME PYTHON
.DEFAULT_GOAL := help
.PHONY: help run test test-core bench shell lint format lock clean image setup

help run test test-core bench shell lint format lock clean image setup:
	@exec ./scripts/dev $@
