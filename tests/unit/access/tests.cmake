pdns_unit_test(access
  FILES audit base64 credentials gate guesses keys listen_rule
  LIBS pdns_access pdns_json PkgConfig::openssl
  LABELS threads)
