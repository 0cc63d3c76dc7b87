package dev.reeve.git;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.http.server.GitServlet;
import org.eclipse.jgit.http.server.resolver.AsIsFileService;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.UploadPack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Git's smart HTTP for the repository of `reeve up`, under the name `config.git`: clone and push,
/// for the user `reeve` with one password. Who can push here decides what runs on the node.
///
/// Any ref may be pushed, rewritten or deleted, those of Reeve too: a record that was tampered with
/// is found out where it is read.
public final class EmbeddedGitServer {
  public static final String REPOSITORY = "config.git";
  public static final String USER = "reeve";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedGitServer.class);
  private static final int TIMEOUT_SECONDS = 60;

  private EmbeddedGitServer() {}

  /// To be mounted at a path such as `/git/*`.
  ///
  /// @param onPush called after refs were changed, before the pusher gets the answer; must be quick
  public static HttpServlet servlet(
      EmbeddedRepository repository, String password, Runnable onPush) {
    GitIsolation.enter();
    byte[] expected =
        sha256("Basic " + base64((USER + ":" + password).getBytes(StandardCharsets.UTF_8)));
    var servlet = new Guarded(expected);
    servlet.setRepositoryResolver((_, name) -> {
      if (!name.equals(REPOSITORY)) {
        throw new RepositoryNotFoundException(name);
      }
      repository.repository().incrementOpen();
      return repository.repository();
    });
    servlet.setAsIsFileService(AsIsFileService.DISABLED);
    servlet.setUploadPackFactory((_, opened) -> {
      var pack = new UploadPack(opened);
      pack.setTimeout(TIMEOUT_SECONDS);
      return pack;
    });
    servlet.setReceivePackFactory((_, opened) -> {
      var pack = new ReceivePack(opened);
      pack.setTimeout(TIMEOUT_SECONDS);
      pack.setCheckReceivedObjects(true);
      pack.setAllowNonFastForwards(true);
      pack.setPostReceiveHook((_, commands) -> {
        if (commands.stream()
            .anyMatch(command -> command.getResult() == ReceiveCommand.Result.OK)) {
          tell(onPush);
        }
      });
      return pack;
    });
    return servlet;
  }

  /// The refs are changed by then: a listener that fails must not make the push look failed.
  private static void tell(Runnable onPush) {
    try {
      onPush.run();
    } catch (RuntimeException failure) {
      LOG.error("what follows a push failed", failure);
    }
  }

  private static final class Guarded extends GitServlet {
    private static final long serialVersionUID = 1L;
    private final transient byte[] expected;

    Guarded(byte[] expected) {
      this.expected = expected;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      String shown = request.getHeader("Authorization");
      // Digests, because comparing in constant time needs equal lengths.
      if (shown == null || !MessageDigest.isEqual(sha256(shown.strip()), expected)) {
        response.setHeader("WWW-Authenticate", "Basic realm=\"Reeve\", charset=\"UTF-8\"");
        response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
        return;
      }
      super.service(request, response);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
