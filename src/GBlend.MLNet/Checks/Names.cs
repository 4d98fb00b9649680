namespace GBlend.MLNet;

/// <summary>Helps where a name was not found.</summary>
internal static class Names
{
    private const int MostNames = 20;

    /// <summary>Sentences that say which names there are, and which one is near enough to have been meant.</summary>
    /// <param name="wanted">The name that was not found.</param>
    /// <param name="known">The names there are.</param>
    /// <param name="what">What they name, in the plural.</param>
    internal static string Suggest(string wanted, IReadOnlyCollection<string> known, string what)
    {
        if (known.Count == 0)
            return $"There are no {what}.";
        string nearest = known.MinBy(name => Distance(wanted, name))!;
        int shorter = Math.Min(wanted.Length, nearest.Length), distance = Distance(wanted, nearest);
        string question = distance <= Math.Max(1, shorter / 3) && (distance < shorter || nearest.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
            || wanted.StartsWith(nearest, StringComparison.OrdinalIgnoreCase)) ? $"Did you mean '{nearest}'? " : "";
        string more = known.Count > MostNames ? $" and {known.Count - MostNames} more" : "";
        return $"{question}The {what} are {string.Join(", ", known.Take(MostNames).Select(name => $"'{name}'"))}{more}.";
    }

    /// <summary>How many letters must be added, dropped, changed or exchanged with their neighbor to make one name the other, upper and lower case
    /// being alike.</summary>
    internal static int Distance(string one, string other)
    {
        var (a, b) = (one.ToUpperInvariant(), other.ToUpperInvariant());
        var distance = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }
                int changed = distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(changed, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
            }
        }
        return distance[a.Length, b.Length];
    }
}
