package dev.reeve.core.protocol;

import dev.reeve.core.model.VolumeSource;

/// A volume that a pod has by a claim.
///
/// @param name as the pod's containers mount it
/// @param volume the name of the PersistentVolume
public record VolumeOrder(
    String name, String claim, String volume, VolumeSource source, boolean readOnly) {}
