// Which Host headers are answered: text of the header -> [HostList] -> yes or no.
//
// A web page of a stranger can give its own name the address of this server (DNS rebinding) and
// then read from it whatever the visitor's browser may reach. The browser sends the page's name as
// Host, so names that nobody expects are not answered. An address is never such a name. Any port is
// taken: a forwarded one is another than ours. Case and a dot at the end do not count.
//
// Source: RFC 9110, section 7.2; RFC 3986, section 3.2.2. Any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace pdns::http {

class HostList {
 public:
  // IP addresses, "localhost", and `names`, of which "*" means any. kUsage: one of them is neither
  // a host name (letters, digits, '-', '_', '.'; 253 bytes) nor "*".
  static Result<HostList> Of(const std::vector<std::string>& names);

  // `host`: "name", "name:port", "192.0.2.1:port", "[2001:db8::1]:port".
  bool Allows(std::string_view host) const;

 private:
  bool any_ = false;
  std::set<std::string, std::less<>> names_{"localhost"};
};

// What this machine calls itself, without a look-up; empty if it does not.
std::string MachineName();

}  // namespace pdns::http
