# SPDX-License-Identifier: GPL-2.0-only
# `cmake --install`: the program with its manual, completions and examples; and the libraries that a program of one's
# own needs to check a policy of its own (examples/own_policy), for find_package(ptecheck). Reports and proofs are the
# program's alone: Z3 and LLVM would come with them.
include(CMakePackageConfigHelpers)

install(TARGETS ptecheck RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/ptecheck.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES completions/ptecheck.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ptecheck)
# Where a distribution keeps those of its packages, if it says so.
set(PTECHECK_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "Folder of completions for zsh")
install(FILES completions/_ptecheck DESTINATION ${PTECHECK_ZSH_DIR})
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN ptecheck.1 EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(installed_folders scenario pte mm smp subject spec explore check)
set(installed_targets ptecheck_options)
foreach(folder ${installed_folders})
  list(APPEND installed_targets ptecheck_${folder})
  set_target_properties(ptecheck_${folder} PROPERTIES EXPORT_NAME ${folder} OUTPUT_NAME ptecheck_${folder})
  install(DIRECTORY src/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ptecheck COMPONENT development
    FILES_MATCHING PATTERN "*.h" PATTERN "*_test.h" EXCLUDE)
endforeach()
set_target_properties(ptecheck_options PROPERTIES EXPORT_NAME options)
install(TARGETS ${installed_targets} EXPORT ptecheck ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ptecheck)
install(EXPORT ptecheck NAMESPACE ptecheck:: DESTINATION ${package_dir} FILE ptecheckTargets.cmake COMPONENT development)
configure_package_config_file(cmake/ptecheckConfig.cmake.in ${CMAKE_BINARY_DIR}/ptecheckConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ptecheckConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ptecheckConfig.cmake ${CMAKE_BINARY_DIR}/ptecheckConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)
