// From the versions that stores named for what they answered to those that a Secret's keys were made of: an annotation
// of ours that is written together with values, and brought up to date when a store names another version for the same
// ones. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/externalsecrets/store_versions.hpp"
#include "base/secret_bytes.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

using api::es::SourceVersion;
using api::es::StoreVersions;

// Of the keys of `data`, when `of_values` tells of the values that were fetched: a template may use any of them.
StoreVersions versions_of_secret(const ExternalSecret& es, const SecretMap& data, const StoreVersions& of_values);

// Of a Secret whose data stays, when this was read for it: the same keys at the versions of now.
StoreVersions versions_of_now(StoreVersions known, const std::vector<SourceVersion>& read);

// What the annotation is to say beside the keys of others, where a Secret has them; empty: nothing is known.
std::string versions_mark(const ExternalSecret& es, const Target* live, StoreVersions ours);

// As the annotation says it now.
StoreVersions versions_on(const Target* live);

}  // namespace rotor::secrets
