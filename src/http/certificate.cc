#include "http/certificate.h"

#include <utility>

#include "base/setting_file.h"
#include "net/tls.h"

namespace pdns::http {

Result<Certificate> ReadCertificate(const std::string& chain_file, const std::string& key_file) {
  // libmicrohttpd would say that TLS cannot be used, and not why.
  if (auto usable = net::TlsServer::Open(chain_file, key_file, ""); !usable.ok())
    return usable.status();
  Certificate certificate;
  for (const auto& [file, into] :
       {std::pair(&chain_file, &certificate.chain), std::pair(&key_file, &certificate.key)}) {
    auto text = ReadSettingFile(*file);
    if (!text.ok()) return Status::Usage(*file + ": " + text.status().message());
    *into = std::move(*text);
  }
  return certificate;
}

}  // namespace pdns::http
