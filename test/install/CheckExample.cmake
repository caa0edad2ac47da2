# Installs Delos from BUILD into a scratch folder, builds the example in SOURCE against it with COMPILER, and runs it on
# a model that PYTHON writes.
set(scratch "${BUILD}/install-test")
file(REMOVE_RECURSE "${scratch}")
file(MAKE_DIRECTORY "${scratch}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${code}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${scratch}/prefix")
run(${CMAKE_COMMAND} -S "${SOURCE}" -B "${scratch}/build" -G Ninja -DCMAKE_CXX_COMPILER=${COMPILER}
  "-DCMAKE_PREFIX_PATH=${scratch}/prefix")
run(${CMAKE_COMMAND} --build "${scratch}/build")
run(${PYTHON} -c "
import onnx
from onnx import TensorProto, helper
x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ['batch', 3]) for n in 'xy')
graph = helper.make_graph([helper.make_node('Relu', ['x'], ['y'])], 'relu', [x], [y])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)]), '${scratch}/relu.onnx')
")
run("${scratch}/build/run_model" "${scratch}/relu.onnx")
if(NOT output MATCHES "y: 3 elements")
  message(FATAL_ERROR "expected 'y: 3 elements', got: ${output}")
endif()
