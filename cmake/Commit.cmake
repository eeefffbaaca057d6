# SPDX-License-Identifier: GPL-2.0-only
# Sets PTECHECK_COMMIT to what is being configured, as git describes it; empty where the source is no checkout (a
# release, a package), even if it lies inside another one.
set(PTECHECK_COMMIT "")
find_program(PTECHECK_GIT git)
if(PTECHECK_GIT)
  function(ptecheck_git result)
    execute_process(COMMAND ${PTECHECK_GIT} ${ARGN} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
      OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(failed)
      set(text "")
    endif()
    set(${result} "${text}" PARENT_SCOPE)
  endfunction()
  ptecheck_git(prefix rev-parse --show-prefix)
  ptecheck_git(head rev-parse --verify HEAD)
  if(head AND prefix STREQUAL "")
    ptecheck_git(PTECHECK_COMMIT describe --always --dirty --abbrev=12)
    # Every commit and checkout is written there: configure again.
    ptecheck_git(log rev-parse --git-path logs/HEAD)
    get_filename_component(log "${log}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    if(EXISTS ${log})
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
    endif()
  endif()
endif()
