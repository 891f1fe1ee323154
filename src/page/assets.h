// The files of the page, as they are in the program: HTML, style sheet, ES modules, and the force
// layout of the graph. The page itself asks /api/v1; nothing of it comes from elsewhere.
//
//   src/page/assets/*, Debian's node-d3-force -> tools/cmake/PdnsPage.cmake -> [FindAsset] -> serve
//
// All of them together are under 120 KB, so that the page is there at once over a bad line
// (browser.page measures it). Bytes are compiled in: no file is read, no path leads anywhere else.
//
// Any thread.
#pragma once

#include <span>
#include <string_view>

namespace pdns::page {

// Views of what lives as long as the program.
struct Asset {
  std::string_view name;  // without a folder: "index.html"
  std::string_view type;  // Content-Type, with charset where it is text
  std::string_view etag;  // of its bytes, in quotes as RFC 9110, section 8.8.3 has it
  std::string_view bytes;
};

// In the order of their names. The build makes it.
std::span<const Asset> Assets();

// nullptr: there is none of this name.
const Asset* FindAsset(std::string_view name);

}  // namespace pdns::page
