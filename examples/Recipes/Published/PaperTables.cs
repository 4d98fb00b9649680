using static Recipes.Metric;

namespace Recipes;

/// <summary>
/// The numbers of "What Makes Training Multi-Modal Classification Networks Hard?" (Wang, Tran, Feiszli), tables 1 to 8 of the CVPR 2020 version and
/// those of the older arXiv version that are quoted elsewhere. The two versions' best numbers are of different networks.
/// </summary>
internal static class PaperTables
{
    public const string Kinetics = "Kinetics-400", MiniSports = "mini-Sports", Sports1M = "Sports-1M", MiniAudioSet = "mini-AudioSet", AudioSet = "AudioSet",
        EpicKitchens = "EPIC-Kitchens";
    public const string Older = "older arXiv version", R3D50 = "R3D-50, 16 frames", IpCsn152 = "ip-CSN-152, 32 frames", R2Plus1D101 = "R(2+1)D-101, 16 frames";

    private const string A = "A", Rgb = "RGB", Flow = "OF", RgbA = "RGB+A", RgbOf = "RGB+OF", OfA = "OF+A", All3 = "RGB+OF+A";

    public static IReadOnlyList<PaperRow> All { get; } =
    [
        V1("Table 1", RgbA, "naive", 71.4), V1("Table 1", RgbOf, "naive", 71.3), V1("Table 1", OfA, "naive", 58.3), V1("Table 1", All3, "naive", 70.0),
            V1("Table 1", Rgb, "alone", 72.6), V1("Table 1", Flow, "alone", 62.1),

        Video("Table 2", Kinetics, R3D50, RgbA, "naive", 61.8, 71.7, 89.6), Video("Table 2", Kinetics, R3D50, Rgb, "alone", 63.5, 72.6, 90.1),
        Video("Table 2", Kinetics, R3D50, RgbA, "offline", 65.9, 74.7, 91.5), Video("Table 2", Kinetics, R3D50, RgbA, "online", 66.9, 75.8, 91.9),

        Video("Table 3", Kinetics, R3D50 + ", AdaGrad", Rgb, "alone", 60.0, 68.9, 88.4), Video("Table 3", Kinetics, R3D50 + ", AdaGrad", RgbA, "naive", 56.4,
            65.2, 86.5), Video("Table 3", Kinetics, R3D50 + ", AdaGrad", RgbA, "offline", 62.1, 71.3, 89.8),
        Video("Table 3", Kinetics, R3D50 + ", Adam", Rgb, "alone", 60.1, 69.3, 88.7), Video("Table 3", Kinetics, R3D50 + ", Adam", RgbA, "naive", 57.9, 66.4,
            86.8), Video("Table 3", Kinetics, R3D50 + ", Adam", RgbA, "offline", 63.0, 72.1, 90.5),

        Video("Table 4", Kinetics, R3D50, Rgb, "alone", 63.5, 72.6, 90.1), Video("Table 4", Kinetics, R3D50, Flow, "alone", 49.2, 62.1, 82.6),
        Video("Table 4", Kinetics, R3D50, RgbA, "naive", 61.8, 71.4, 89.3), Video("Table 4", Kinetics, R3D50, RgbA, "offline", 65.9, 74.7, 91.5),
        Video("Table 4", Kinetics, R3D50, RgbOf, "naive", 62.2, 71.3, 89.6), Video("Table 4", Kinetics, R3D50, RgbOf, "offline", 64.3, 73.1, 90.8),
        Video("Table 4", Kinetics, R3D50, OfA, "naive", 46.2, 58.3, 79.9), Video("Table 4", Kinetics, R3D50, OfA, "offline", 54.4, 66.3, 86.0),
        Video("Table 4", Kinetics, R3D50, All3, "naive", 61.0, 70.0, 88.7), Video("Table 4", Kinetics, R3D50, All3, "offline", 66.1, 74.9, 91.8),

        Video("Table 5", Kinetics, R3D50, A, "alone", 13.9, 19.7, 33.6), Video("Table 5", Kinetics, R3D50, Rgb, "alone", 63.5, 72.6, 90.1),
        Video("Table 5", Kinetics, R3D50, RgbA, "pre-training", 61.9, 71.7, 89.6), Video("Table 5", Kinetics, R3D50, RgbA, "naive", 61.8, 71.7, 89.3),
        Video("Table 5", Kinetics, R3D50, RgbA, "dropout", 63.8, 72.9, 90.6), Video("Table 5", Kinetics, R3D50, RgbA, "auxiliary", 60.5, 70.8, 88.6),
        Video("Table 5", Kinetics, R3D50, RgbA, "offline", 65.9, 74.7, 91.5),
        Video("Table 5", MiniSports, R3D50, A, "alone", 14.7, 22.1, 35.6), Video("Table 5", MiniSports, R3D50, Rgb, "alone", 48.5, 62.7, 84.8),
        Video("Table 5", MiniSports, R3D50, RgbA, "pre-training", 48.3, 61.3, 84.9), Video("Table 5", MiniSports, R3D50, RgbA, "naive", 47.1, 60.2, 83.3),
        Video("Table 5", MiniSports, R3D50, RgbA, "dropout", 47.4, 61.4, 84.3), Video("Table 5", MiniSports, R3D50, RgbA, "auxiliary", 48.9, 62.1, 84.0),
        Video("Table 5", MiniSports, R3D50, RgbA, "offline", 49.7, 62.8, 85.5),
        Sound("Table 5", MiniAudioSet, R3D50, A, "alone", 29.1, 90.4), Sound("Table 5", MiniAudioSet, R3D50, Rgb, "alone", 22.1, 86.1),
            Sound("Table 5", MiniAudioSet, R3D50, RgbA, "pre-training", 37.4, 91.7),
        Sound("Table 5", MiniAudioSet, R3D50, RgbA, "naive", 36.5, 92.2), Sound("Table 5", MiniAudioSet, R3D50, RgbA, "dropout", 36.7, 92.3),
            Sound("Table 5", MiniAudioSet, R3D50, RgbA, "auxiliary", 37.7, 92.3),
        Sound("Table 5", MiniAudioSet, R3D50, RgbA, "offline", 37.8, 92.2),

        Video("Table 6", Kinetics, "Shift-Attn (ImageNet)", Rgb, "others", null, 77.7, 93.2),
            Video("Table 6", Kinetics, "SlowFast", Rgb, "others", null, 78.9, 93.5), Video("Table 6", Kinetics, "SlowFast+NL", Rgb, "others", null, 79.8, 93.9),
        Video("Table 6", Kinetics, IpCsn152, Rgb, "alone", null, 77.8, 92.8), Video("Table 6", Kinetics, IpCsn152, RgbA, "offline", null, 79.1, 93.9),
        Video("Table 6", Kinetics, IpCsn152 + ", from Sports-1M", Rgb, "alone", null, 79.2, 93.8),
            Video("Table 6", Kinetics, IpCsn152 + ", from Sports-1M", RgbA, "offline", null, 80.4, 94.8),
        Video("Table 6", Kinetics, IpCsn152 + ", from IG-65M", Rgb, "alone", null, 82.5, 95.3),
            Video("Table 6", Kinetics, IpCsn152 + ", from IG-65M", RgbA, "offline", null, 83.3, 96.0),

        Sound("Table 7", AudioSet, "Multi-level Attn", A, "others", 36.0, 97.0), Sound("Table 7", AudioSet, "TAL-Net", A, "others", 36.2, 96.5),
        Sound("Table 7", AudioSet, R2Plus1D101, A, "alone", 32.4, 96.1), Sound("Table 7", AudioSet, R2Plus1D101, Rgb, "alone", 18.8, 91.8),
        Sound("Table 7", AudioSet, R2Plus1D101, RgbA, "naive", 40.2, 97.3), Sound("Table 7", AudioSet, R2Plus1D101, RgbA, "offline", 41.8, 97.5),

        Kitchen("Table 8, validation", Rgb, "alone", 36.4, 58.9, 56.6, 84.1, 24.9, 42.5),
            Kitchen("Table 8, validation", RgbA, "naive", 34.8, 56.7, 57.4, 83.3, 23.7, 41.2),
        Kitchen("Table 8, validation", RgbA, "offline", 36.1, 58.5, 59.2, 84.5, 25.6, 43.5),
        Kitchen("Table 8, unseen kitchens (S2)", Rgb, "alone", 35.8, 59.6, 56.2, 80.9, 25.1, 41.2),
            Kitchen("Table 8, unseen kitchens (S2)", RgbA, "offline", 36.7, 60.3, 58.3, 81.3, 26.6, 43.6),
        Kitchen("Table 8, seen kitchens (S1)", Rgb, "alone", 45.1, 68.4, 64.5, 88.1, 34.4, 52.7),
            Kitchen("Table 8, seen kitchens (S1)", RgbA, "offline", 48.5, 71.4, 66.7, 88.9, 37.1, 56.2),

        Video(Older, Kinetics, "", RgbA, "offline", null, 77.7, null), Video(Older, Kinetics, "from Sports-1M", RgbA, "offline", null, 78.9, null),
        Video(Older, MiniSports, "", RgbA, "offline", 49.7, 62.8, 85.5), Video(Older, Sports1M, "", RgbA, "offline", null, 74.8, 92.4),
    ];

    /// <summary>The rows that stand beside what a recipe measures.</summary>
    public static IReadOnlyList<PaperRow> Of(Recipe recipe)
    {
        var (set, network) = (SetOf(recipe), recipe.Visual switch
        {
            { Family: "ip-csn" } => IpCsn152,
            { Family: "r2plus1d" } => R2Plus1D101,
            _ => R3D50,
        });
        var rows = All.Where(r => r.Set == set).ToList();
        return rows.Any(r => r.Network == network) ? [.. rows.Where(r => r.Network.StartsWith(network, StringComparison.Ordinal) || r.Source == Older)] : rows;
    }

    /// <summary>The row that a network stands beside: the CVPR version's where both have one, the last table that has it.</summary>
    public static PaperRow? Match(Recipe recipe, Method method)
    {
        string modalities = string.Join("+", method.Modalities);
        string name = method.Key switch
        {
            Blends.Uni => "alone",
            Blends.Fixed => "offline",
            var key => key,
        };
        return Of(recipe).Where(r => r.Modalities == modalities && r.Method == name && IsAtHand(r))
            .OrderBy(r => r.Source == Older ? 0 : 1).ThenBy(r => r.Values.Count).LastOrDefault();
    }

    /// <summary>Not of another start or optimizer, and not of the leaderboard's test sets.</summary>
    private static bool IsAtHand(PaperRow row) =>
        (row.Set != Kinetics || !row.Network.Contains(", from ")) && !row.Network.Contains(", Ada") && !row.Source.Contains("(S");

    private static string SetOf(Recipe recipe) => (recipe.Data, recipe.Subset) switch
    {
        (DataSetKind.Kinetics, _) => Kinetics,
        (DataSetKind.Sports1M, null) => Sports1M,
        (DataSetKind.Sports1M, _) => MiniSports,
        (DataSetKind.AudioSet, null) => AudioSet,
        (DataSetKind.AudioSet, _) => MiniAudioSet,
        _ => EpicKitchens,
    };

    private static PaperRow V1(string table, string modalities, string method, double video1) =>
        Video(table, Kinetics, R3D50, modalities, method, null, video1, null);

    private static PaperRow Video(string table, string set, string network, string modalities, string method, double? clip1, double video1, double? video5) =>
        new(table, set, network, modalities, method, [.. Values((Clip1, clip1), (Video1, video1), (Video5, video5))]);

    private static PaperRow Sound(string table, string set, string network, string modalities, string method, double map, double mauc) =>
        new(table, set, network, modalities, method, [.. Values((Map, map), (Mauc, mauc))]);

    private static PaperRow Kitchen(
        string table, string modalities, string method, double noun1, double noun5, double verb1, double verb5, double action1, double action5) =>
        new(table, EpicKitchens, IpCsn152 + ", from IG-65M", modalities, method,
            [.. Values((Noun1, noun1), (Noun5, noun5), (Verb1, verb1), (Verb5, verb5), (Action1, action1), (Action5, action5))]);

    private static IEnumerable<PaperValue> Values(params (string Metric, double? Value)[] values) =>
        values.Where(v => v.Value is not null).Select(v => new PaperValue(v.Metric, v.Value!.Value));
}
