# What is installed where, and the Debian package of it: `cpack -G DEB` in the build folder.
# Component `tools` is what `cmake --install` gives; `service` (units, /etc, users) comes with the package, or
# when asked for by name, since its paths are the system's whatever the prefix is.
include(GNUInstallDirs)
find_program(PDNS_GZIP gzip REQUIRED)
set(PDNS_PACKAGE passive-dns)
set(packaging ${PROJECT_SOURCE_DIR}/packaging)

# pdns_install_compressed(FILE NAME DESTINATION): FILE as NAME.gz, the same bytes each time.
function(pdns_install_compressed file name destination)
  set(compressed ${PROJECT_BINARY_DIR}/packaging/${name}.gz)
  add_custom_command(OUTPUT ${compressed}
    COMMAND ${PDNS_GZIP} -9nc ${file} > ${compressed}
    DEPENDS ${file} VERBATIM)
  install(FILES ${compressed} DESTINATION ${destination} COMPONENT tools)
  set_property(GLOBAL APPEND PROPERTY PDNS_COMPRESSED ${compressed})
endfunction()

file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/packaging)
foreach(tool IN ITEMS pdns-ingest pdns-query pdns-serve pdns-tap pdns-admin)
  if(TARGET ${tool})
    install(TARGETS ${tool} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
    pdns_install_compressed(${PROJECT_SOURCE_DIR}/man/${tool}.1 ${tool}.1 ${CMAKE_INSTALL_MANDIR}/man1)
  endif()
endforeach()

pdns_install_compressed(${PROJECT_SOURCE_DIR}/man/pdns.7 pdns.7 ${CMAKE_INSTALL_MANDIR}/man7)

# One file completes for all programs; bash-completion looks for one by the name of each.
set(completions ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions)
install(FILES ${packaging}/completion/pdns-query.bash DESTINATION ${completions} RENAME pdns-query COMPONENT tools)
foreach(other IN ITEMS pdns-ingest pdns-serve pdns-tap pdns-admin)
  file(CREATE_LINK pdns-query ${PROJECT_BINARY_DIR}/packaging/${other} SYMBOLIC)
  install(FILES ${PROJECT_BINARY_DIR}/packaging/${other} DESTINATION ${completions} COMPONENT tools)
endforeach()
install(FILES ${packaging}/completion/_pdns-query
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/zsh/vendor-completions COMPONENT tools)

set(doc ${CMAKE_INSTALL_DATAROOTDIR}/doc/${PDNS_PACKAGE})
configure_file(${packaging}/deb/changelog.in ${PROJECT_BINARY_DIR}/packaging/changelog @ONLY)
pdns_install_compressed(${PROJECT_BINARY_DIR}/packaging/changelog changelog ${doc})
install(FILES README.md CHANGELOG.md SECURITY.md ${packaging}/deb/copyright DESTINATION ${doc} COMPONENT tools)
install(FILES schema/keys.md schema/openapi.yaml schema/rows.md DESTINATION ${doc}/schema COMPONENT tools)
install(DIRECTORY docs/ DESTINATION ${doc}/docs COMPONENT tools FILES_MATCHING PATTERN *.md PATTERN *.png)
get_property(compressed GLOBAL PROPERTY PDNS_COMPRESSED)
add_custom_target(packaging_files ALL DEPENDS ${compressed})

set(service COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${packaging}/deb/README.Debian DESTINATION ${doc} ${service})
install(FILES ${packaging}/systemd/pdns-ingest.service ${packaging}/systemd/pdns-ingest.socket
              ${packaging}/systemd/pdns-backfill.service ${packaging}/systemd/pdns-backfill.timer
              ${packaging}/systemd/pdns-expire.service ${packaging}/systemd/pdns-expire.timer
              ${packaging}/systemd/pdns-backup.service ${packaging}/systemd/pdns-backup.timer
              ${packaging}/systemd/pdns-serve.service ${packaging}/systemd/pdns-serve.socket
        DESTINATION lib/systemd/system ${service})
install(FILES ${packaging}/systemd/sysusers.conf DESTINATION lib/sysusers.d
        RENAME ${PDNS_PACKAGE}.conf ${service})
install(FILES ${packaging}/systemd/tmpfiles.conf DESTINATION lib/tmpfiles.d
        RENAME ${PDNS_PACKAGE}.conf ${service})
install(FILES ${packaging}/config/ingest.conf ${packaging}/config/backfill.conf ${packaging}/config/expire.conf
              ${packaging}/config/backup.conf ${packaging}/config/serve.conf
        DESTINATION /etc/pdns ${service})
install(FILES ${packaging}/deb/lintian-overrides
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/lintian/overrides RENAME ${PDNS_PACKAGE} ${service})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${PDNS_PACKAGE})
set(CPACK_PACKAGE_CONTACT "the pdns maintainers <maintainers@users.noreply.r-seed-c5430c11.example>")
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};pdns;tools;/" "${PROJECT_BINARY_DIR};pdns;service;/")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What runs sysusers.d and tmpfiles.d, also where systemd itself does not (a container).
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
# Loaded when a cluster is asked (src/store_clickhouse/curl_library.h).
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcurl4")
set(CPACK_DEBIAN_PACKAGE_ENHANCES "bind9, pdns-recursor, unbound")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "passive DNS database fed by resolvers over dnstap")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Resolvers see every answer that the DNS gives them and forget it within the
hour. pdns-ingest takes those answers from BIND, Unbound or PowerDNS Recursor
over dnstap and remembers each rrname, rrtype and rdata with first-seen,
last-seen and count. pdns-query tells later what a name pointed at, and which
names shared an address.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${packaging}/deb/conffiles ${packaging}/deb/postinst ${packaging}/deb/prerm ${packaging}/deb/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
