using GBlend.MLNet;

namespace Recipes;

/// <summary>A network to train: which modalities it reads, and how their losses are blended.</summary>
/// <param name="Key">Its name in <see cref="Recipe.Blends"/>.</param>
/// <param name="Title">Its name in tables.</param>
/// <param name="Modalities">What it reads.</param>
/// <param name="Blending">How losses are blended.</param>
/// <param name="Cost">Passes of training over those of naive training.</param>
internal sealed record Method(string Key, string Title, IReadOnlyList<string> Modalities, Blending Blending, double Cost)
{
    /// <summary>Whether features are dropped at the concatenation.</summary>
    public bool Drops { get; init; }
}

/// <summary>The ways of training that the paper compares.</summary>
internal static class Blends
{
    public const string Uni = "uni", Naive = "naive", Equal = "auxiliary", Dropout = "dropout", PreTraining = "pre-training", Offline = "offline",
        Online = "online", Fixed = "fixed";

    public static IReadOnlyList<string> Known { get; } = [Uni, Naive, Equal, Dropout, PreTraining, Offline, Online, Fixed];

    /// <summary>The networks of a recipe, in the order of its list; <c>uni</c> stands for one of each modality.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="target">What is predicted.</param>
    /// <exception cref="UserErrorException">The recipe asks for something that there is not.</exception>
    public static IReadOnlyList<Method> Of(Recipe recipe, string target)
    {
        var all = recipe.Modalities;
        var guards = recipe.Training.Guards == "published" ? BlendingGuards.Published : new BlendingGuards();
        if (all.Count == 1)
            return [new(Uni, $"{all[0]} alone", all, Blending.None(), 1)];
        return [.. recipe.Blends.SelectMany<string, Method>(blend => blend switch
        {
            Uni => [.. all.Select(m => new Method(Uni, $"{m} alone", [m], Blending.None(), 1))],
            Naive => [new(blend, "naive", all, Blending.None(), 1)],
            Equal => [new(blend, "auxiliary losses, equal", all, Blending.Equal() with { Guards = guards }, 1)],
            Dropout => [new(blend, "dropout", all, Blending.None(), 1) { Drops = true }],
            PreTraining => [new(blend, "pre-training", all, Blending.UniModalStart(), 2)],
            Offline => [new(blend, "offline G-Blend", all, Blending.Offline(guards), 3)],
            Online => [new(blend, "online G-Blend", all, Blending.Online(recipe.Training.SuperEpoch, recipe.Training.FirstSuperEpoch, guards), 3)],
            Fixed => WeightsOf(recipe, target) is { } weights
                ? [new(blend, $"G-Blend, published weights "
                    + $"{string.Join("/", weights.Values.Select(v => v.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)))}", all,
                    Blending.Fixed([.. weights.Values.Select(v => (float)v)]) with { Guards = guards }, 1)]
                : [],
            _ => throw new UserErrorException($"Blends has '{blend}', which is none of {string.Join(", ", Known)}."),
        })];
    }

    /// <summary>The published weights for the recipe's modalities; <see langword="null"/> where there are none.</summary>
    public static PublishedWeights? WeightsOf(Recipe recipe, string target) =>
        recipe.Weights.FirstOrDefault(w => w.Modalities.SequenceEqual(recipe.Modalities) && (w.Target is null || w.Target == target));
}
