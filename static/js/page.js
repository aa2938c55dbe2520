/* What every page needs: times in the reader's zone. */

import { localizeTimes } from "./times.js";

localizeTimes(document);
