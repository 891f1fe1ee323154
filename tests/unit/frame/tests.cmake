pdns_unit_test(frame
  FILES splitter control reader stream_writer compress
        input/input input/compressed input/packed input/unpack_memory input/followed input/folder_watch
        listen/connection listen/listener listen/hand_over listen/kinds listen/limits
  LIBS pdns_frame PkgConfig::lzma PkgConfig::zstd PkgConfig::lz4 PkgConfig::fstrm PkgConfig::archive PkgConfig::openssl
  LABELS threads COST 35)
