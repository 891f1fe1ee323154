#include "http/tls_options.h"

#include <microhttpd.h>

namespace pdns::http {

std::vector<MHD_OptionItem> TlsOptions(const Certificate& certificate) {
  static constexpr const char* kVersions = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
  const auto text = [](MHD_OPTION option, const char* value) {
    return MHD_OptionItem{option, 0, const_cast<char*>(value)};
  };
  return {text(MHD_OPTION_HTTPS_MEM_CERT, certificate.chain.c_str()),
          text(MHD_OPTION_HTTPS_MEM_KEY, certificate.key.c_str()),
          text(MHD_OPTION_HTTPS_PRIORITIES, kVersions)};
}

}  // namespace pdns::http
