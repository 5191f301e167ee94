# Who may know whom: fails when a source includes what its folder must not know, or when a file outside the components
# names a component kind. Run as `cmake -DROOT=<checkout> -P tests/architecture_test.cmake`.
cmake_minimum_required(VERSION 3.25)

function(report file what)
  message(NOTICE "${file}: ${what}")
  set_property(GLOBAL APPEND PROPERTY violations ${file})
endfunction()

# What each folder may include with quotes, as a regular expression over the included path. The first row that matches
# a file's path decides, so exceptions stand before their folder.
set(rules
  "^sim/base/"                      "^base/"
  "^sim/model/value_check\\.cpp$"    "^(base|model)/|^parts/keyspace\\.h$"  # key spaces are parameters like any other
  "^sim/model/"                     "^(base|model)/"
  "^sim/metrics/"                   "^(base|model|metrics)/"
  "^sim/parts/"                     "^(base|parts)/|^model/price\\.h$|^engine/component\\.h$"
  "^sim/components/"                "^(base|parts)/|^model/(descriptor|value|price)\\.h$|^engine/component\\.h$"
  "^sim/engine/"                    "^(base|model|metrics|engine)/|^parts/keyspace\\.h$"  # key spaces are shared by all nodes of a scenario
  "^sim/io/"                        "^(base|model|metrics|io)/"
  "^sim/analysis/"                  "^(base|model|metrics|engine|analysis)/"
  "^sim/[^/]*$"                     "^(base|model|metrics|engine|io|analysis)/"
  "^app/session/"                   "^(base|model|metrics|engine|io|analysis|session)/|^faultline\\.h$"
  "^app/teaching/"                  "^(base|model|metrics|engine|io|analysis|teaching)/"
  "^app/cli/"                       "^(base|model|metrics|engine|io|analysis|session|teaching|cli)/|^faultline\\.h$"
  "^app/gui/(models|document)/"     "^(base|model|metrics|engine|io|analysis|session|teaching|gui/models|gui/document)/|^faultline\\.h$"
  "^app/gui/canvas/"                "^(base|model|metrics|engine|io|analysis|session|gui/(models|document|style|run|canvas))/|^faultline\\.h$"
  "^app/gui/panels/"                "^(base|model|metrics|engine|io|analysis|session|teaching|gui/(models|document|style|run|panels))/|^faultline\\.h$"
  "^app/gui/"                       "^(base|model|metrics|engine|io|analysis|session|teaching|gui)/|^faultline\\.h$"
)

# What only some files may include with angle brackets: library, the files that may.
set(libraries
  "^(Q[A-Z]|Qt)"                    "^app/gui/"
  "^(QtWidgets|QtCharts|QWidget|QApplication|QMainWindow|QDialog|QGraphics)" "^app/gui/(canvas|panels|run|style|[^/]*$)"
  "^boost/"                         "^sim/model/graph\\.(h|cpp)$"
  "^yaml-cpp/"                      "^sim/io/yaml_"
  "^nlohmann/"                      "^sim/(io|metrics)/|^app/"
  "^(spdlog|fmt|CLI)/"              "^app/(cli|gui)/"
  "^(iostream|syncstream|print)$"   "^app/"
  "^(thread|mutex|shared_mutex|condition_variable|future|atomic)$" "^app/"
  "^(chrono|ctime|time\\.h|sys/time\\.h)$" "^app/"
  "^random$"                        "^$"
)

function(check_quoted file included)
  list(LENGTH rules length)
  math(EXPR last "${length} - 1")
  foreach(i RANGE 0 ${last} 2)
    list(SUBLIST rules ${i} 2 rule)
    list(GET rule 0 files)
    list(GET rule 1 allowed)
    if(file MATCHES "${files}")
      if(NOT included MATCHES "${allowed}")
        report(${file} "must not include \"${included}\" (allowed: ${allowed})")
      endif()
      return()
    endif()
  endforeach()
  report(${file} "lies in a folder without include rules; add them to tests/architecture_test.cmake")
endfunction()

function(check_angled file included)
  list(LENGTH libraries length)
  math(EXPR last "${length} - 1")
  foreach(i RANGE 0 ${last} 2)
    list(SUBLIST libraries ${i} 2 rule)
    list(GET rule 0 library)
    list(GET rule 1 files)
    if(included MATCHES "${library}" AND NOT file MATCHES "${files}")
      report(${file} "must not include <${included}> (only files that match ${files})")
    endif()
  endforeach()
endfunction()

file(GLOB_RECURSE sources RELATIVE ${ROOT}
  ${ROOT}/sim/*.h ${ROOT}/sim/*.cpp ${ROOT}/app/*.h ${ROOT}/app/*.cpp)
if(NOT sources)
  message(FATAL_ERROR "no sources below ${ROOT}")
endif()

foreach(file IN LISTS sources)
  file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include")
  foreach(line IN LISTS includes)
    if(line MATCHES "include[ \t]*\"([^\"]+)\"")
      check_quoted(${file} ${CMAKE_MATCH_1})
    elseif(line MATCHES "include[ \t]*<([^>]+)>")
      check_angled(${file} ${CMAKE_MATCH_1})
    endif()
  endforeach()
endforeach()

# A kind is named in its own file only; the rest of the program is generic.
file(GLOB headers RELATIVE ${ROOT} ${ROOT}/sim/components/*.h)
foreach(header IN LISTS headers)
  report(${header} "a component has no header: nothing may include it")
endforeach()
file(GLOB kinds ${ROOT}/sim/components/*.cpp)
set(literals "")
foreach(kind IN LISTS kinds)
  cmake_path(GET kind STEM stem)
  list(APPEND literals ${stem})
endforeach()
if(literals)
  list(JOIN literals "|" any_kind)
  foreach(file IN LISTS sources)
    if(file MATCHES "^sim/(components/|model/catalog\\.cpp$)")
      continue()
    endif()
    file(STRINGS ${ROOT}/${file} lines REGEX "\"(${any_kind})\"")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "//.*" "" code "${line}")
      if(code MATCHES "\"(${any_kind})\"")
        set(kind ${CMAKE_MATCH_1})
        # Every node has a queue: the word is also the name of a metric, and with the time of service part of a call's time.
        if(kind STREQUAL "queue" AND NOT code MATCHES "[Kk]ind")
          continue()
        endif()
        if(kind STREQUAL "service" AND code MATCHES "TimePart")
          continue()
        endif()
        report(${file} "names the component kind \"${kind}\"; only the kind's own file may")
      endif()
    endforeach()
  endforeach()
endif()

get_property(violations GLOBAL PROPERTY violations)
if(violations)
  list(LENGTH violations count)
  message(FATAL_ERROR "${count} violations of the include rules")
endif()
