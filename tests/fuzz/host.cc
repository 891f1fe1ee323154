// A Host header that is answered is an address, or one of the names with perhaps a port.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "check.h"
#include "http/host_list.h"

namespace {

bool IsAddress(std::string text) {
  if (!text.empty() && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto list = pdns::http::HostList::Of({"ns1.example.net"});
  MUST_HOLD(list.ok());
  const std::string host(reinterpret_cast<const char*>(data), size);
  if (!list->Allows(host)) return 0;
  // Behind the last colon that is in no address stands the port.
  const std::size_t colon = host.rfind(':');
  const bool ported = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  std::string name = ported ? host.substr(0, colon) : host;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (!name.empty() && name.back() == '.') name.pop_back();
  MUST_HOLD(name == "localhost" || name == "ns1.example.net" || IsAddress(name));
  return 0;
}
