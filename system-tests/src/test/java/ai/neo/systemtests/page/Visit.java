package ai.neo.systemtests.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;

/** One browser tab on the page, with everything that its console complained about. */
final class Visit implements AutoCloseable {

  private final BrowserContext context;
  private final Page page;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> forgiven = new ArrayList<>();

  Visit(BrowserContext context) {
    this.context = context;
    this.page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.type() + ": " + message.text());
          }
        });
    page.onPageError(error -> complaints.add("uncaught: " + error));
  }

  Page page() {
    return page;
  }

  void until(String condition) {
    page.waitForFunction(condition);
  }

  /** What the test itself provokes, and the browser reports on its own, is no complaint. */
  void forgive(String part) {
    forgiven.add(part);
  }

  void assertNoComplaint() {
    assertThat(complaints)
        .filteredOn(text -> forgiven.stream().noneMatch(text::contains))
        .isEmpty();
  }

  @Override
  public void close() {
    context.close();
  }
}
