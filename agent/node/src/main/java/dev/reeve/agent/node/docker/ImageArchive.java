package dev.reeve.agent.node.docker;

import dev.reeve.agent.node.Tar;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// An image of one layer, as `docker save` writes it.
final class ImageArchive {
  private ImageArchive() {}

  static byte[] of(byte[] layer, String architecture, String repository, String tag)
      throws NoSuchAlgorithmException {
    var config =
        """
        {"architecture":"%s","os":"linux","created":"2026-01-01T00:00:00Z","config":{},\
        "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}\
        """
            .formatted(architecture, sha256(layer));
    var manifest =
        """
        [{"Config":"config.json","RepoTags":["%s:%s"],"Layers":["layer.tar"]}]\
        """
            .formatted(repository, tag);
    return new Tar()
        .file("layer.tar", 0644, layer)
        .file("config.json", 0644, config.getBytes(StandardCharsets.UTF_8))
        .file("manifest.json", 0644, manifest.getBytes(StandardCharsets.UTF_8))
        .bytes();
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
