pdns_unit_test(net
  FILES endpoint listening_socket channel tls
  LIBS pdns_net PkgConfig::openssl)
