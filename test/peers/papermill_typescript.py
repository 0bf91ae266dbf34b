"""papermill with parameters for TypeScript, a language that it has no translator for: papermill_typescript.py IN OUT NAME VALUE."""

import json
import sys

import papermill
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    @classmethod
    def translate(cls, value):
        return json.dumps(value)

    @classmethod
    def comment(cls, text):
        return f"// {text}".strip()

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [f"const {name} = {cls.translate(value)};" for name, value in parameters.items()]
        return "\n".join([cls.comment(comment), *lines]) + "\n"


papermill_translators.register("typescript", TypeScriptTranslator)

if __name__ == "__main__":
    source, target, name, value = sys.argv[1:]
    papermill.execute_notebook(source, target, {name: json.loads(value)}, start_timeout=300)
