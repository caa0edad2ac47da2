"""lit: every .mlir file under test/ runs its RUN lines with this build's delos-opt and delos-translate."""
import os

import lit.formats

config.name = "delos"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["unit", "python", "Inputs"]
config.test_source_root = os.path.join(config.delos_source, "test")
config.test_exec_root = os.path.join(config.delos_build, "test", "lit")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.delos_build, "bin"), config.llvm_tools, os.environ.get("PATH", "")]
)
config.environment["FILECHECK_OPTS"] = "--dump-input=fail"
config.substitutions.append(("%python", config.python))
config.substitutions.append(("%source", config.delos_source))
