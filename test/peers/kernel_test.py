"""jupyter_kernel_test on the kernel named by KERNEL_NAME: every test of it, none left out."""

import os
import unittest

import jupyter_kernel_test


class TypeScriptKernel(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ["KERNEL_NAME"]
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oh')"
    completion_samples = [
        {"text": "Math.ma", "matches": {"max"}},
    ]
    complete_code_samples = ["1", "const x = 1;", "function f() {\n  return 1;\n}"]
    incomplete_code_samples = ["function f() {", "const x = [1,", "`open"]
    invalid_code_samples = ["const = 1;", ") + 1", "let 1x = 2"]
    code_page_something = "Math?"
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "({ a: 1 })", "result": "{ a: 1 }"},
    ]
    code_display_data = [
        {"code": "import * as tslab from 'tslab'; tslab.display.html('<b>1</b>');", "mime": "text/html"},
        {"code": "import * as tslab from 'tslab'; tslab.display.png(new Uint8Array([1, 2]));", "mime": "image/png"},
    ]
    code_history_pattern = "1?+?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.max"
    code_clear_output = "clearOutput()"


class TypeScriptWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = os.environ["KERNEL_NAME"]
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
