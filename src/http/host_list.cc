#include "http/host_list.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace pdns::http {
namespace {

constexpr std::size_t kLongestName = 253;

// Of ASCII alone, whatever the locale is.
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool IsNameByte(char c) {
  return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'z') || c == '-' || c == '_' || c == '.';
}

std::string Plain(std::string_view name) {
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  std::string plain(name);
  std::transform(plain.begin(), plain.end(), plain.begin(), Lower);
  return plain;
}

bool IsAddress(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return text.find('\0') == std::string_view::npos &&
         inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

// "" or ":" and digits, which may be none (RFC 3986, section 3.2.3).
bool IsPort(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' && std::all_of(text.begin() + 1, text.end(), &IsDigit));
}

}  // namespace

Result<HostList> HostList::Of(const std::vector<std::string>& names) {
  HostList list;
  for (const std::string& name : names) {
    const bool fits = !name.empty() && name.size() <= kLongestName &&
                      std::all_of(name.begin(), name.end(), &IsNameByte);
    if (name == "*") {
      list.any_ = true;
    } else if (fits) {
      list.names_.insert(Plain(name));
    } else {
      return Status::Usage("'" + name + "' is neither a host name (without a port) nor *");
    }
  }
  return list;
}

bool HostList::Allows(std::string_view host) const {
  if (any_) return true;
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = host.find(']');
    return end != std::string_view::npos && IsAddress(AF_INET6, host.substr(1, end - 1)) &&
           IsPort(host.substr(end + 1));
  }
  const std::size_t colon = std::min(host.find(':'), host.size());
  const std::string_view name = host.substr(0, colon);
  if (!IsPort(host.substr(colon))) return false;
  return IsAddress(AF_INET, name) || names_.contains(Plain(name));
}

std::string MachineName() {
  std::array<char, kLongestName + 1> name{};
  // A longer name is cut, and then perhaps without an end.
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace pdns::http
