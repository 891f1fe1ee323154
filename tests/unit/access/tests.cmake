pdns_unit_test(access
  FILES base64 credentials gate guesses keys listen_rule
  LIBS pdns_access PkgConfig::openssl
  LABELS threads)
