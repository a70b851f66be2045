# SPDX-License-Identifier: GPL-2.0
#
# timeline.py DIR: pages of stories, in a browser, with clicks and keys as people make
# them. TAP, without its first line; see timeline.sh.

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from browser import Browser, find  # noqa: E402

count = 0
failed = 0
pages = sys.argv[1]


def result(name, good, *got):
    global count, failed
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} {name}", flush=True)
    if not good:
        failed += 1
        for one in got:
            print(f"# got: {one!r}")


def place(browser, row):
    """Where in the window the middle of that row's bar is, in its process"""
    return browser.evaluate(f"""(() => {{
        const box = view.canvas.getBoundingClientRect(), s = story;
        view.reveal({row});
        view.draw();
        const from = Math.max(view.x(s.start[{row}]), view.left), to = Math.min(view.x(s.end[{row}]), view.w);
        return [box.x + (from + to) / 2,
                box.y + 24 - view.scroll + view.threadY.get(s.thread[{row}] - 1) + 8];
    }})()""")


def details(browser):
    return browser.evaluate("document.querySelector('#details').innerText")


def click_row(browser, row):
    browser.evaluate(f"view.show(story.start[{row}] - 2 * story.took[{row}],"
                     f"story.end[{row}] + 2 * story.took[{row}])")
    browser.click(*place(browser, row))
    return details(browser)


def test_held(browser):
    browser.open(f"{pages}/held.html")
    tracks = browser.evaluate("view.tracks.map(t => t.label)")
    result("a track for each process and each object",
           all(label in tracks for label in
               ("server[100]", "first[200]", "second[300]", "sem:5", "msg:9999")), tracks)
    row = browser.evaluate("Array.from(story.flags).findIndex(f => f & OPEN)")
    text = click_row(browser, row)
    result("a click shows the call: it has not returned",
           "semop of second[300]" in text and "has not returned" in text and
           "3.2 s" in text, text)
    result("and who blocks it",
           "first[200], which held semaphore 1" in text, text)
    values = browser.evaluate("""story.levels.filter(Boolean).map(levels =>
        levels.map(l => [l.sem, Array.from(l.values).filter(v => v >= 0).at(-1)]))""")
    result("what semaphores are worth: 1 is taken, 0 is not",
           values == [[[0, 1], [1, 0]]], values)


def test_selected(browser):
    browser.open(f"{pages}/selected.html")
    flows = browser.evaluate("""Array.from(story.sentBy).flatMap((sent, i) => sent < 0 ? [] :
        [[story.process(sent).comm, story.process(i).comm, story.ret[i]]])""")
    result("messages from who sent them to who received them",
           flows == [["second", "third", 20], ["first", "third", 10],
                     ["second", "third", 11], ["first", "third", 30]], flows)
    depth = browser.evaluate("Array.from(story.levels.find(Boolean)[0].values)")
    result("how many are in the queue",
           depth == [0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 2], depth)
    row = browser.evaluate("story.sentBy.findIndex(sent => sent >= 0)")
    text = click_row(browser, row)
    result("a click tells who sent it", "sent by second[300]" in text, text)
    browser.click_on("#details button.link")
    result("and leads to the call that did",
           "msgsnd of second[300]" in details(browser), details(browser))
    browser.key("m")
    result("key m leads back", "msgrcv of third[400]" in details(browser),
           details(browser))
    browser.click_on("#details .close")
    result("it can be closed",
           browser.evaluate("document.querySelector('#details').hidden"))


def test_woken(browser):
    browser.open(f"{pages}/woken.html")
    row = browser.evaluate("Array.from(story.flags).findIndex(f => f & WAITED)")
    text = click_row(browser, row)
    result("what waited, and who gave", "took\n900 ms: it may have waited" in text
           and "when first[200] gave" in text, text)
    gaps = browser.evaluate("story.gaps.map(g => [g.why, g.count])")
    notice = browser.evaluate("document.querySelector('#notice').innerText")
    result("lost records are grey, and told",
           gaps == [["records were lost", 7]] and "records were lost" in notice,
           gaps, notice)


def ask(browser, text):
    browser.key("/")
    browser.evaluate("document.querySelector('#query').select()")
    browser.type(text)
    browser.key("Enter")
    browser.evaluate("document.querySelector('#search').requestSubmit()")
    return browser.evaluate("document.querySelector('#matches').textContent")


def test_search(browser):
    browser.open(f"{pages}/failures.html")
    total = browser.evaluate("story.n")
    for question, says in EXPECTED:
        got = ask(browser, question)
        want = int(says)
        result(f"search: {question}: as ipctrace report",
               got.split(" ")[-1] == f"{want}" or
               got.startswith(f"{want} of {total}") or
               (want and got == f"1 of {want}"), got, want)
    got = ask(browser, "colour == red")
    result("what is no question is told", "no field" in got and "there are" in got, got)


def test_keys(browser):
    browser.open(f"{pages}/leak.html")
    shown = "view.t1 - view.t0"
    whole = browser.evaluate(shown)
    browser.click_on("#in")
    half = browser.evaluate(shown)
    browser.key("+")
    quarter = browser.evaluate(shown)
    result("a button and a key zoom",
           abs(half / whole - 0.5) < 0.01 and abs(quarter / whole - 0.25) < 0.01,
           whole, half, quarter)
    begin = browser.evaluate("view.t0")
    browser.key("ArrowRight")
    result("arrows move", browser.evaluate("view.t0") > begin)
    browser.key("0")
    result("0 shows all", browser.evaluate("view.t0 <= story.begin && view.t1 >= story.finish"))
    browser.key("]")
    browser.key("]")
    first = browser.evaluate("view.picked")
    browser.key("]")
    second = browser.evaluate("view.picked")
    same = browser.evaluate(f"story.thread[{first}] === story.thread[{second}]")
    result("brackets go from call to call of a thread", second > first and same,
           first, second)
    dark = browser.evaluate("document.documentElement.dataset.theme")
    browser.key("t")
    result("light and dark",
           {dark, browser.evaluate("document.documentElement.dataset.theme")} ==
           {"light", "dark"})
    address = browser.wait("location.hash.includes('call=') && location.hash")
    browser.open(f"{pages}/leak.html", fragment=address)
    result("its address leads to that moment and that call",
           browser.evaluate("view.picked") == second, address)
    browser.key("?")
    result("help", browser.evaluate("document.querySelector('#help').open"))


def test_wheel(browser):
    browser.open(f"{pages}/leak.html")
    x, y = place(browser, 0)
    before = browser.evaluate("[view.time(600), view.t1 - view.t0]")
    box = browser.evaluate("view.canvas.getBoundingClientRect().x")
    browser.mouse("mouseWheel", box + 600, y, deltaX=0, deltaY=-200, modifiers=2)
    after = browser.wait("view.t1 - view.t0 < %f && [view.time(600), view.t1 - view.t0]" %
                         before[1], 10)
    result("the wheel zooms to where the mouse is",
           abs(after[0] - before[0]) < after[1] / 100, before, after)


def test_pixels(browser, expected):
    """Each call is behind a pixel: bars that are drawn, and "N calls"."""
    browser.open(f"{pages}/many.html")
    drawn = browser.evaluate("""(() => {
        let calls = 0, many = 0;
        const bar = view.drawBar, run = view.drawRun;
        view.drawBar = row => { calls++; };
        view.drawRun = (lane, r) => {
            for (let k = 0; k < r.columns.length; k += 3) {
                calls += r.columns[k + 2] - r.columns[k + 1];
                many += r.columns[k + 2] - r.columns[k + 1] > 1;
            }
        };
        const wide = view.w;
        view.w = view.left + 10;
        for (const lane of story.threadLanes)
            view.drawLane(lane, 0, 14);
        view.w = wide;
        view.drawBar = bar;
        view.drawRun = run;
        return [calls, many > 0];
    })()""")
    result("all calls are drawn, one by one or as N calls",
           drawn == [expected, True], drawn, expected)
    x, y = browser.evaluate("""(() => { const box = view.canvas.getBoundingClientRect(), lane = view.tracks[1].lanes[0];
        return [box.x + view.x(story.start[lane.order[lane.from]]), box.y + 24 + view.tracks[1].y + 10]; })()""")
    browser.mouse("mouseMoved", x, y)
    tip = browser.wait("!document.querySelector('#tip').hidden && document.querySelector('#tip').textContent", 10)
    result("the mouse tells what is there", "worker[" in tip or "calls here" in tip, tip)


EXPECTED = [pair.rsplit("=>", 1) for pair in sys.argv[3:]]


def main():
    if not find():
        print("ok 1 # SKIP no chromium")
        print("1..1")
        return 0
    for width, height, dark in ((1400, 800, False), (760, 900, True)):
        browser = Browser(width, height, dark)
        try:
            test_held(browser)
            test_selected(browser)
            test_woken(browser)
            test_search(browser)
            test_keys(browser)
            test_wheel(browser)
            test_pixels(browser, int(sys.argv[2]))
            result(f"{width}x{height}: nothing is complained of",
                   not browser.complaints, *browser.complaints)
            fetched = [url for url in browser.requests
                       if not url.startswith(("file://", "about:", "data:"))]
            result("nothing is fetched", not fetched, *fetched)
        finally:
            browser.close()
    print(f"1..{count}")
    return failed != 0


sys.exit(main())
