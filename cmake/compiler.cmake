# How everything is compiled: cache and warnings.

find_program(FAULTLINE_CCACHE ccache)
if(FAULTLINE_CCACHE)
  # The base directory lets several checkouts share results; the sloppiness is what ccache asks for to cache
  # sources that use a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${FAULTLINE_CCACHE})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Debian's clang 14 does not build position-independent executables by default, but linking Qt needs them.
  add_compile_options(-fPIE)
  add_link_options(-pie)
endif()

# A newer compiler may know new warnings; they must not keep a newcomer from a first build.
set(faultline_checked_compiler OFF)
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15))
  set(faultline_checked_compiler ON)
endif()

add_library(faultline_warnings INTERFACE)
target_compile_options(faultline_warnings INTERFACE -Wall -Wextra -Wshadow -Wno-missing-field-initializers)
if(FAULTLINE_WERROR AND faultline_checked_compiler)
  target_compile_options(faultline_warnings INTERFACE -Werror)
endif()
# Tests are spared this one: the macros of Qt Test convert freely.
add_library(faultline_strict_warnings INTERFACE)
target_link_libraries(faultline_strict_warnings INTERFACE faultline_warnings)
target_compile_options(faultline_strict_warnings INTERFACE -Wconversion -Wno-sign-conversion)
