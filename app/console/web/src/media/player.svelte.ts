// Plays a camera's footage by wall time: whoever asks for a moment needn't know which playlist has
// it; or what the camera sees now. hls.js comes with the first thing that is played.
import type Hls from "hls.js/light";
import { api, must } from "../api/client";
import { here } from "./here";
import { watchLive, type LiveSession } from "./live";
import { momentOf, placeOf, spansOf, type Span } from "./spans";

const BEFORE_MS = 2 * 60_000;
const AFTER_MS = 30 * 60_000; // of a playlist: each of its segments is a line with a link
const AGAIN_MS = 3000;
const SHORTEST_MS = 1000;

interface Loaded {
  spans: Span[];
  from: number;
  to: number;
}

export class Player {
  /** Which moment is shown, or asked for; milliseconds. */
  at = $state(0);
  isPlaying = $state(false);
  /** There is footage of the moment. */
  isThere = $state(true);
  /** It has shown all that is recorded so far, and waits for more. */
  isWaiting = $state(false);
  /** What is shown is what the camera sees now. */
  isLive = $state(false);
  /** Where its live pictures come from, in words; empty where that is nothing to speak of. */
  way = $state("");
  trouble = $state("");
  rate = $state(1);

  #cameraId: string;
  #video: HTMLVideoElement | null = null;
  #hls: Hls | null = null;
  #loaded: Loaded | null = null;
  #session: LiveSession | null = null;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(cameraId: string, at: number) {
    this.#cameraId = cameraId;
    this.at = at;
  }

  /** Shows it in an element until the function that it gives is called. */
  attach(video: HTMLVideoElement): () => void {
    this.#video = video;
    video.ontimeupdate = () => this.#follow();
    video.onplay = () => (this.#follow(), this.#tick());
    video.onended = () => void this.#next();
    void this.#load(this.at);
    return () => {
      this.#isOver = true;
      this.#asked++;
      clearTimeout(this.#timer);
      this.#session?.end();
      this.#hls?.destroy();
    };
  }

  /** From now on what the camera sees, until another moment is asked for; by the platform alone
   * where the camera's gateway `isAway`. */
  async watch(isAway = false): Promise<void> {
    const mine = ++this.#asked;
    clearTimeout(this.#timer);
    this.#leave();
    this.isLive = this.isPlaying = this.isThere = true;
    this.isWaiting = true;
    this.trouble = "";
    try {
      const session = await watchLive(this.#cameraId, () => mine === this.#asked && void this.watch(), isAway);
      if (mine !== this.#asked) return session.end();
      this.#session = session;
      this.way = session.way;
      await this.#open(session.url, -1, mine);
      await this.#video?.play();
    } catch (error) {
      if (mine === this.#asked) this.trouble = error instanceof Error ? error.message : "The camera can't be watched now.";
    }
  }

  #leave(): void {
    this.#session?.end();
    this.#session = null;
    this.#loaded = null;
    this.#hls?.destroy();
    this.#hls = null;
    this.isLive = false;
    this.way = "";
  }

  seek(moment: number): void {
    if (this.isLive) this.#leave();
    this.at = Math.min(moment, Date.now());
    clearTimeout(this.#timer);
    this.isWaiting = false;
    const loaded = this.#loaded;
    if (loaded && loaded.from <= this.at && this.at < loaded.to && this.#show(this.at)) return;
    // Who drags along the line asks for many moments: the last is what is wanted.
    this.#timer = setTimeout(() => void this.#load(this.at), 150);
  }

  play(): void {
    this.isPlaying = true;
    if (this.isLive) void this.watch();
    else if (this.isThere) void this.#video?.play().catch(() => (this.isPlaying = false));
    else void this.#next();
  }

  pause(): void {
    this.isPlaying = this.isWaiting = false;
    clearTimeout(this.#timer);
    this.#video?.pause();
    if (!this.isLive) return;
    this.#asked++;
    this.#session?.end(); // the picture stands; it goes on with another session
    this.#session = null;
    this.#hls?.stopLoad();
  }

  turn(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  setRate(rate: number): void {
    this.rate = rate;
    if (this.#video) this.#video.playbackRate = this.#video.defaultPlaybackRate = rate;
  }

  /** The picture that is shown, as a file; null where there is none. */
  async still(): Promise<Blob | null> {
    const video = this.#video;
    if (!video || !this.isThere || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")!.drawImage(video, 0, 0);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  }

  /** Whether what is loaded has it. */
  #show(moment: number): boolean {
    const place = placeOf(this.#loaded!.spans, moment);
    this.isThere = place !== null;
    if (place === null) {
      this.#video!.pause();
      return moment < this.#loaded!.spans.at(-1)!.to; // between what is recorded: a gap
    }
    this.#video!.currentTime = place;
    if (this.isPlaying) this.play();
    return true;
  }

  async #load(moment: number): Promise<void> {
    const mine = ++this.#asked;
    const from = Math.min(moment, Date.now()) - BEFORE_MS;
    const to = Math.min(moment + AFTER_MS, Date.now() + SHORTEST_MS);
    try {
      const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const params = { path: { cameraId: this.#cameraId }, query };
      const found = await must(api.GET("/api/v1/cameras/{cameraId}/playback", { params }));
      if (mine !== this.#asked) return;
      const spans = spansOf(found.spans);
      this.trouble = "";
      this.isThere = placeOf(spans, moment) !== null;
      if (!found.playlistUrl || !this.isThere) {
        this.#loaded = found.playlistUrl ? this.#loaded : null;
        this.#video?.pause();
        if (this.isPlaying) this.#goOn(spans, moment);
        return;
      }
      this.#loaded = { spans, from, to: Math.min(to, spans.at(-1)!.to) };
      await this.#open(here(found.playlistUrl), placeOf(spans, moment)!, mine);
      if (this.isPlaying) this.play();
    } catch (error) {
      if (mine === this.#asked) this.trouble = error instanceof Error ? error.message : "The footage can't be had.";
    }
  }

  async #open(url: string, place: number, mine: number): Promise<void> {
    const { default: Library } = await import("hls.js/light");
    const video = this.#video;
    if (mine !== this.#asked || !video) return;
    this.#hls?.destroy();
    if (!Library.isSupported()) {
      video.src = url; // Safari on telephones plays playlists by itself
      if (place >= 0) video.currentTime = place;
      return;
    }
    const isNear = this.#session?.isNear ?? false; // its addresses are the gateway's, whatever they look like
    const open = (request: XMLHttpRequest, asked: string) => request.open("GET", isNear ? asked : here(asked), true);
    const hls = new Library({ startPosition: place, lowLatencyMode: this.isLive, enableWorker: false, backBufferLength: 60, xhrSetup: open });
    let wasMended = false;
    hls.on(Library.Events.ERROR, (_, told) => {
      if (!told.fatal) return;
      if (told.type === Library.ErrorTypes.MEDIA_ERROR && !wasMended) {
        wasMended = true;
        hls.recoverMediaError();
      } else if (isNear) void this.watch(true);
      else if (told.type === Library.ErrorTypes.MEDIA_ERROR) this.trouble = "This browser doesn't show what the camera sends.";
      else this.trouble = this.isLive ? "The camera shows nothing now." : "The footage can't be had now.";
    });
    hls.loadSource(url);
    hls.attachMedia(video);
    video.playbackRate = video.defaultPlaybackRate = this.isLive ? 1 : this.rate;
    this.#hls = hls;
  }

  /** To what comes after a gap, or after what is loaded. */
  async #next(): Promise<void> {
    if (!this.isPlaying || this.isLive || this.#isOver) return;
    const end = this.#loaded?.spans.at(-1)?.to ?? this.at;
    await this.#load(this.isThere ? end : this.at);
  }

  #goOn(spans: readonly Span[], moment: number): void {
    const next = spans.find((each) => each.from > moment);
    if (next) return this.seek(next.from);
    this.isWaiting = true;
    this.#timer = setTimeout(() => void this.#load(moment), AGAIN_MS);
  }

  #follow(): void {
    const video = this.#video;
    if (!video || video.seeking || !this.isThere || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    if (video.paused) return; // the moment that was asked for stands
    if (this.isLive) this.at = this.#taken();
    else if (this.#loaded) this.at = momentOf(this.#loaded.spans, video.currentTime) ?? this.at;
    else return;
    this.isWaiting = false;
  }

  /** When the live picture was taken, as far as the player knows. */
  #taken(): number {
    const known = this.#hls?.playingDate?.getTime() ?? NaN;
    return Number.isNaN(known) ? Date.now() : known;
  }

  #tick(): void {
    this.#follow();
    if (this.#video && !this.#video.paused && !this.#isOver) requestAnimationFrame(() => this.#tick());
  }
}
