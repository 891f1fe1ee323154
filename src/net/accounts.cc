#include "net/accounts.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <vector>

#include "base/whole_number.h"

namespace pdns::net {
namespace {

// Calls `look_up` with a buffer, a larger one as long as it is too small: a group may have
// thousands of members. Where it found something, `use` is called with that.
template <class Entry, class LookUp, class Use>
bool WithEntry(LookUp look_up, Use use) {
  constexpr std::size_t kFirst = 1U << 14;
  constexpr std::size_t kMost = 1U << 24;
  for (std::size_t size = kFirst; size <= kMost; size *= 4) {
    std::vector<char> room(size);
    Entry entry{};
    Entry* found = nullptr;
    if (look_up(&entry, room.data(), room.size(), &found) == ERANGE) continue;
    if (found != nullptr) use(*found);
    return found != nullptr;
  }
  return false;
}

}  // namespace

std::optional<uid_t> UserNumber(const std::string& name) {
  auto number = WholeNumber<uid_t>(name);
  if (number.has_value()) return number;
  WithEntry<passwd>([&name](auto... room) { return getpwnam_r(name.c_str(), room...); },
                    [&number](const passwd& found) { number = found.pw_uid; });
  return number;
}

std::optional<gid_t> GroupNumber(const std::string& name) {
  auto number = WholeNumber<gid_t>(name);
  if (number.has_value()) return number;
  WithEntry<group>([&name](auto... room) { return getgrnam_r(name.c_str(), room...); },
                   [&number](const group& found) { number = found.gr_gid; });
  return number;
}

std::string UserName(uid_t user) {
  std::string name = std::to_string(user);
  WithEntry<passwd>([user](auto... room) { return getpwuid_r(user, room...); },
                    [&name](const passwd& found) { name = found.pw_name; });
  return name;
}

}  // namespace pdns::net
