//! AA05: manifests.

mod shared;

pub(super) mod annotation_conflicts_with_field;
pub(super) mod annotation_for_no_container;
pub(super) mod annotation_outside_of_template;
pub(super) mod container_weaker_than_pod;
pub(super) mod deprecated_annotation;
pub(super) mod no_profile_selected;
pub(super) mod profile_name_like_path;
pub(super) mod unconfined_container;
pub(super) mod unknown_reference;
