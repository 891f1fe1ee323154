// The page for people: its files, as answers to GET.
//
//   serve::Service -> [PageFile] -> page::FindAsset
//
// The page trusts nothing that it shows. Should a foreign byte get around that, the browser still
// runs no script but the page's own, loads nothing from elsewhere, and shows the page in no frame:
// each answer says so in its headers. A browser asks again whether a file has changed (ETag, 304),
// so that a new server never meets an old page.
//
// Any thread.
#pragma once

#include <string_view>

#include "http/message.h"

namespace pdns::serve {

// Whether who asks for `/` is a browser, by its Accept.
bool WantsHtml(const http::Request& request);

// 200 with the file, 304 if the client has it, 404 if there is none of this name.
http::Answer PageFile(std::string_view name, const http::Request& request);

}  // namespace pdns::serve
