// Users and groups as people name them: a name or a number -> the number, and back.
//
// Names are looked up by the system (files, LDAP, ...), which may take a while: at a start, not for
// each client. Any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace pdns::net {

// What a number that this user namespace does not have is shown as: it may be anybody.
inline constexpr id_t kNobody = 65534;

// Nothing: there is no such name. A number need not belong to anybody.
std::optional<uid_t> UserNumber(const std::string& name);
std::optional<gid_t> GroupNumber(const std::string& name);

// The name, or the number where it has none.
std::string UserName(uid_t user);

}  // namespace pdns::net
