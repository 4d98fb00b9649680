using System.Globalization;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet;

/// <summary>Says which modalities rows lack, and refuses or warns of what can't be learned of the others.</summary>
internal static class PresenceChecks
{
    private const int MostNames = 10;

    /// <summary>Says how many rows lack which modality.</summary>
    /// <param name="presence">See <see cref="TrainingRows.Presence"/>.</param>
    /// <param name="names">The names of the modalities.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="host">Receives the message.</param>
    /// <exception cref="InvalidOperationException">No row has a modality.</exception>
    internal static void Say(IReadOnlyList<bool[]?>? presence, IReadOnlyList<string> names, int rows, ITrainingHost host)
    {
        if (presence is null)
            return;
        if (presence.Index().FirstOrDefault(p => p.Item?.Contains(true) == false) is { Item: not null } none)
            throw new InvalidOperationException($"The column '{names[none.Index]}' has no value in any of the {rows} rows, so that there is nothing to "
                + $"learn of it. Look at the steps that make it, or leave it out of Modalities.");
        int complete = Enumerable.Range(0, rows).Count(row => presence.All(isThere => isThere?[row] != false));
        var lacking = presence.Select((isThere, m) => (Name: names[m], Count: isThere?.Count(has => !has) ?? 0)).Where(l => l.Count > 0);
        host.Info($"Of {rows} rows {complete} have all modalities; " + string.Join(", ", lacking.Select(l => string.Create(CultureInfo.InvariantCulture,
            $"{l.Count} ({100.0 * l.Count / rows:0.#} %) lack '{l.Name}'"))) + ".");
    }

    /// <summary>Looks at what is left to learn each modality from.</summary>
    /// <param name="rows">The rows as they are divided.</param>
    /// <param name="names">The names of the modalities.</param>
    /// <param name="label">Names the classes.</param>
    /// <param name="options">Already checked.</param>
    /// <param name="host">Receives warnings.</param>
    /// <exception cref="InvalidOperationException">No training row has a modality, or no held-out row of which estimates need one has it.</exception>
    internal static void Check(TrainingRows rows, IReadOnlyList<string> names, LabelInfo label, Options options, ITrainingHost host)
    {
        for (int m = 0; m < names.Count; m++)
        {
            if (rows.Presence![m] is not { } isThere)
                continue;
            int folds = rows.Folds is { } foldOf ? foldOf.Max() + 1 : 1;
            for (int fold = 0; fold < folds; fold++)
            {
                if (!Enumerable.Range(0, rows.Count).Any(row => isThere[row] && (rows.Folds is null ? !rows.HeldOut[row] : rows.Folds[row] != fold)))
                    throw new InvalidOperationException($"None of the rows that are trained on{(folds > 1 ? $" where fold {fold} is held out" : "")} has "
                        + $"'{names[m]}', so that there is nothing to learn of it. Add rows that have it, or leave it out of Modalities.");
            }
            int[] measured = [.. rows.Measured];
            if (measured.Length > 0 && !measured.Any(row => isThere[row]))
            {
                if (options.Blending.NeedsHeldOutRows && names.Count > 1)
                    throw new InvalidOperationException($"Blending = {options.Blending} measures every modality on held-out rows, but none of them has "
                        + $"'{names[m]}'. Hold out more rows, or take Blending.Auto().");
                host.Warning($"No held-out row has '{names[m]}', so that the held-out rows say nothing of its head.");
            }
            WarnOfClasses(rows, isThere, names[m], label, host);
        }
    }

    /// <summary>What a head never sees with its modality, it takes for impossible where the modality is there.</summary>
    private static void WarnOfClasses(TrainingRows rows, bool[] isThere, string name, LabelInfo label, ITrainingHost host)
    {
        if (rows.Targets.Classes is not { } classes)
            return;
        bool[] known = new bool[rows.Targets.Outputs], seen = new bool[rows.Targets.Outputs];
        for (int row = 0; row < rows.Count; row++)
        {
            known[classes[row]] |= !rows.HeldOut[row];
            seen[classes[row]] |= !rows.HeldOut[row] && isThere[row];
        }
        int[] lost = [.. Enumerable.Range(0, known.Length).Where(c => known[c] && !seen[c])];
        if (lost.Length == 0)
            return;
        string names = string.Join(", ", lost.Take(MostNames).Select(c => $"'{label.NameOf(c)}'"));
        host.Warning($"No training row of {(lost.Length > MostNames ? $"{names} and {lost.Length - MostNames} more" : names)} (label column '{label.Column}') "
            + $"has '{name}', so that the model learns that '{name}' speaks against {(lost.Length == 1 ? "this class" : "these classes")}, and will hardly "
            + $"answer {(lost.Length == 1 ? "it" : "them")} for rows that have '{name}'. Add such rows.");
    }
}
