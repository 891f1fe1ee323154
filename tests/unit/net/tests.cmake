pdns_unit_test(net
  FILES endpoint listening_socket channel tls handed notify peer
  LIBS pdns_net PkgConfig::openssl)
