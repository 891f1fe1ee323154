// What a person typed, quoted for the sentence that refuses it.
//
// Functions: any thread.
#pragma once

#include <string>
#include <string_view>

namespace pdns::ask {

// In single quotes, inert on a terminal, and cut where it is long.
std::string Quoted(std::string_view text);

}  // namespace pdns::ask
