import leven from 'leven';

/** The name that somebody may have meant, of which at most a third of the letters is written otherwise. */
export const nearest = (name: string, names: string[]): string | undefined =>
  names
    .map((candidate) => ({ candidate, distance: leven(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.ceil(candidate.length / 3))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
