// What a server shows of itself over TLS: two PEM files -> [ReadCertificate] -> Certificate ->
// Daemon.
//
// Values; ReadCertificate: any thread.
#pragma once

#include <string>

#include "base/status.h"

namespace pdns::http {

struct Certificate {
  std::string chain;  // PEM: the certificate, and those that lead to a known authority
  std::string key;    // PEM: its private key, without a password
};

// kUsage, naming the file: it cannot be read, is no certificate or key, or the two do not belong
// together. Files are read here only.
Result<Certificate> ReadCertificate(const std::string& chain_file, const std::string& key_file);

}  // namespace pdns::http
