// What people and tools do to an indicator so that nobody clicks on it, undone: text as it was
// pasted -> [Refang] -> text as it was. What no rule understands stays, for ParseIndicator to
// refuse.
//
// Functions: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pdns::ask {

// Without blanks and quotes around it, a bullet, a number or a label ("IP:") before it, a comma or
// a semicolon behind it. Then plain:
//   hxxp:// http// htxp://         http://
//   [.] (.) {.} [dot] [. .] " dot "  .    the same of : :// / @ at, in brackets of any kind, blanks
//                                         in the brackets and around them
//   _dot_ -dot-                      .    in a text without a dot
//   ||ads.example^                        ads.example
//   http:\/\/                        http://
//   \.                             .      where every dot is written so: else it is the DNS's
//                                         own, of a dot inside a label
std::string Refang(std::string_view text);

// Between commas, semicolons, bars and tabs that are not escaped; a quoted column may hold any.
std::vector<std::string_view> Columns(std::string_view text);

}  // namespace pdns::ask
