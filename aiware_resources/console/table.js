// A table of links, badges and texts, which a narrow window shows as cards; the roles keep it a table there.
export default {
  template: `
    <table class="grid" role="table">
      <caption class="unseen">{{ caption }}</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th v-for="column in columns" :key="column.key" scope="col" role="columnheader"
              :class="[column.kind, { sortable: column.sortable }]" :aria-sort="order(column)">
            <button v-if="column.sortable" type="button" @click="$emit('sort', column.key)">
              {{ column.label }}<span class="arrow" aria-hidden="true">{{ arrow(column) }}</span>
            </button>
            <template v-else>{{ column.label }}</template>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        <tr v-for="row in rows" :key="row.key" role="row">
          <td v-for="column in columns" :key="column.key" role="cell" :class="column.kind" :data-label="column.label">
            <template v-if="row[column.key]">
              <a v-if="row[column.key].href" :href="row[column.key].href">{{ row[column.key].text }}</a>
              <span v-else-if="row[column.key].tone" class="badge" :class="row[column.key].tone">{{ row[column.key].text }}</span>
              <time v-else-if="row[column.key].moment" :datetime="row[column.key].moment">{{ row[column.key].text }}</time>
              <span v-else>{{ row[column.key].text }}</span>
              <small v-if="row[column.key].small">{{ row[column.key].small }}</small>
            </template>
          </td>
        </tr>
      </tbody>
    </table>`,
  props: { caption: String, columns: Array, rows: Array, sort: String, descending: Boolean },
  methods: {
    order(column) {
      if (!column.sortable) return undefined;
      if (column.key !== this.sort) return "none";
      return this.descending ? "descending" : "ascending";
    },
    arrow(column) {
      return column.key !== this.sort ? "" : this.descending ? " ↓" : " ↑";
    },
  },
};
