# cpack --config build/release/CPackConfig.cmake: a .deb of what cmake --install puts below /usr and /etc.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME trawl)
set(CPACK_PACKAGE_VENDOR "Trawl")
set(CPACK_PACKAGE_CONTACT "Trawl developers <trawl@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "web crawler and scraper whose crawl is an SQLite database")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
" Fetches the targets of a TOML file politely, parses every page in sandboxed processes, and stores pages, links,
 visits and what was left out as SQL views that can be queried while it runs. Comes with a systemd service.")
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd")  # systemd-sysusers makes the account
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/config/debian/conffiles
  ${CMAKE_SOURCE_DIR}/config/debian/postinst
  ${CMAKE_SOURCE_DIR}/config/debian/prerm
  ${CMAKE_SOURCE_DIR}/config/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
# The install script names the final places in the unit, so it has to see them: they are below DESTDIR, not in the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
include(CPack)
