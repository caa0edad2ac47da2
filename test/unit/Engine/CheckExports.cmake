# Fails when the shared library LIBRARY defines a dynamic symbol outside the public C and C++ interfaces.
execute_process(COMMAND ${NM} -DC --defined-only ${LIBRARY} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
# Semicolons and brackets would steer how CMake splits the list.
string(REGEX REPLACE "[][;]" "," symbols "${symbols}")
string(REPLACE "\n" ";" symbols "${symbols}")
set(count 0)
foreach(symbol IN LISTS symbols)
  if(symbol STREQUAL "")
    continue()
  endif()
  math(EXPR count "${count} + 1")
  # Delos's own names; instantiations of the standard library are weak (V, W, u) and shared by every C++ library.
  if(NOT symbol MATCHES " [TDRB] delos[A-Z]| [TDRBVW] .*delos::(Engine|Executable|HostExecutor|Tensor|Dim|toJson|bitWidth|dtype)| [VWu] .*(std::|absl::|typeinfo)")
    message(SEND_ERROR "exported beyond the public API: ${symbol}")
  endif()
endforeach()
if(count LESS 30)
  message(SEND_ERROR "only ${count} symbols are exported, expected the public API")
endif()
