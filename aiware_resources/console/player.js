// Plays a recording, with what engines made of it beside it: the words follow the media, and a word leads to its moment.
export default {
  template: `
    <div class="player" :class="{ silent: !media }">
      <div v-if="media" class="screen">
        <video ref="media" :key="media" controls preload="metadata" crossorigin="anonymous" :src="media" :class="kind"
               :aria-label="title" @timeupdate="follow" @seeked="follow" @error="failed = true">
          <track v-if="tab && tab.captions" :key="tab.captions" kind="captions" default :src="tab.captions" :label="tab.name" />
        </video>
        <p v-if="failed" class="trouble">This browser cannot play it. It can be downloaded below.</p>
      </div>
      <div class="results">
        <div v-if="tabs.length" role="tablist" aria-label="Results of engines" class="tabs" @keydown="step($event, '[role=tab]', 'ArrowLeft', 'ArrowRight')">
          <button v-for="(each, index) in tabs" :key="each.id" type="button" role="tab" :id="'tab-' + index" aria-controls="result"
                  :aria-selected="index === chosen" :tabindex="index === chosen ? 0 : -1" @click="choose(index)">{{ each.name }}</button>
        </div>
        <div v-if="tab" ref="result" id="result" role="tabpanel" :aria-labelledby="'tab-' + chosen" :key="tab.id" tabindex="0">
          <p class="facts">{{ tab.facts }}<template v-if="tab.captions">, <a :href="tab.captions" download>captions as WebVTT</a></template></p>
          <div v-if="tab.turns.length" @keydown="step($event, '.moment', 'ArrowUp', 'ArrowDown')">
            <div v-for="(turn, index) in tab.turns" :key="index" class="turn" :data-turn="index">
              <button type="button" class="moment" :tabindex="index ? -1 : 0" :aria-label="'Play from ' + turn.at"
                      @click="seek(turn.words[0][0])">{{ turn.at }}</button>
              <p><b v-if="turn.speaker" class="speaker" :class="'voice-' + turn.voice">{{ turn.speaker }}</b>
                <template v-for="word in turn.words">{{ word[3] }}<span class="word" :class="{ unsure: word[2] }"
                  :data-at="word[0]" :title="word[2] || null" @click="seek(word[0])">{{ word[1] }}</span></template></p>
            </div>
          </div>
          <p v-else-if="tab.text" class="text">{{ tab.text }}</p>
          <pre v-else tabindex="0">{{ tab.data }}</pre>
        </div>
        <p v-else class="empty">No engine has made anything of it so far.</p>
      </div>
    </div>`,
  props: { title: String, media: String, kind: String, tabs: Array },
  data: () => ({ chosen: 0, failed: false }),
  computed: {
    tab() {
      return this.tabs[Math.min(this.chosen, this.tabs.length - 1)];
    },
  },
  mounted() {
    this.collect();
  },
  updated() {
    this.collect();
  },
  methods: {
    // The words are found once, not at each moment: there are thousands.
    collect() {
      this.words = this.$refs.result ? [...this.$refs.result.querySelectorAll("[data-at]")] : [];
      this.moments = this.words.map((word) => Number(word.dataset.at));
      this.now = undefined;
      this.follow();
    },
    choose(index) {
      this.chosen = index;
    },
    seek(at) {
      // A little later than it begins: before that, the caption of the word before would be shown.
      if (this.$refs.media) this.$refs.media.currentTime = at + 0.001;
    },
    follow() {
      const media = this.$refs.media;
      if (!media || !this.words || !this.words.length) return;
      let low = 0;
      let high = this.moments.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.moments[middle] <= media.currentTime) low = middle + 1;
        else high = middle;
      }
      const now = media.currentTime > 0 ? this.words[low - 1] : undefined;
      if (now === this.now) return;
      const before = this.now && this.now.closest(".turn");
      if (this.now) this.now.classList.remove("now");
      if (before) before.classList.remove("now");
      this.now = now;
      if (!now) return;
      const turn = now.closest(".turn");
      now.classList.add("now");
      turn.classList.add("now");
      const panel = this.$refs.result;
      const box = panel.getBoundingClientRect();
      const line = now.getBoundingClientRect();
      if (line.top < box.top || line.bottom > box.bottom - 20) panel.scrollTop += line.top - box.top - box.height / 3;
    },
    // Arrows lead from one to the next, so that the key Tab need not stop at each.
    step(event, which, back, on) {
      const by = { [back]: -1, [on]: 1 }[event.key];
      if (!by || !event.target.matches(which)) return;
      event.preventDefault();
      const all = [...event.currentTarget.querySelectorAll(which)];
      const next = all[(all.indexOf(event.target) + by + all.length) % all.length];
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      if (which === "[role=tab]") this.choose(all.indexOf(next));
    },
  },
};
