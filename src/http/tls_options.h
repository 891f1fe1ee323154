// What libmicrohttpd is told in order to speak TLS: Certificate -> [TlsOptions] -> Daemon.
//
// A value, which borrows the certificate and its key. Any thread.
#pragma once

#include <vector>

#include "http/certificate.h"

struct MHD_OptionItem;

namespace pdns::http {

// The certificate, and no version of TLS that RFC 8996 calls unfit. Without the MHD_OPTION_END.
std::vector<MHD_OptionItem> TlsOptions(const Certificate& certificate);

}  // namespace pdns::http
