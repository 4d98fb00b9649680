namespace Recipes;

/// <summary>What the user asked for.</summary>
internal sealed class CommandLine
{
    public const string Help = """
        Runs an experiment of the Gradient Blending paper: reads a data set as it is published, trains the paper's networks every way that
        the paper compares, tests them as it does and prints a table beside the paper's numbers.

        usage: dotnet run -c Release --project examples/Recipes -- RECIPE [options]

          RECIPE                   kinetics400, minisports, sports1m, audioset or epic-kitchens; without --data or --stand-in it
                                   prints what it needs, where it must lie, and how long it would take on this machine
          --data FOLDER            where the set is
          --stand-in               makes a tiny set in that layout, of videos with sound made by formula, and runs the recipe on
                                   it with narrow networks (about two minutes)
          --variant NAME           another experiment on the set, for example r3d-50 of kinetics400, mini of audioset
          --show                   prints the recipe as JSON
          --recipe FILE            takes from a JSON file what it says, the rest from the recipe
          --set NAME=VALUE         changes one value, for example training.epochs=10 (as often as you like)
          --modalities LIST        for example RGB+A, RGB+OF, OF+A, RGB+OF+A or A
          --blends LIST            of uni, naive, auxiliary, dropout, pre-training, offline, online, fixed
          --epochs N, --batch N, --learning-rate X, --width X, --seed N
                                   the same as --set training.epochs=N and so on; width is that of all networks
          --pretrained FILE        weights that the visual networks start from (PyTorch or safetensors; names of torchvision or VMZ)
          --pretrained-audio FILE  the same for sound
          --threads N              threads for each operation while training (as many as there are cores; 1 for a stand-in)
          --check                  reads the annotations, looks for the videos, and stops
          --out FOLDER             where results, decoded clips and networks go (recipes-out/RECIPE-VARIANT)
          --help
        """;

    private readonly List<Func<Recipe, Recipe>> _changes = [];

    public string RecipeName { get; private set; } = "";

    public string? Variant { get; private set; }

    public string? DataFolder { get; private set; }

    public bool IsStandIn { get; private set; }

    public bool Shows { get; private set; }

    public bool OnlyChecks { get; private set; }

    public int? Threads { get; private set; }

    public string? Pretrained { get; private set; }

    public string? PretrainedAudio { get; private set; }

    public string? OutFolder { get; private set; }

    /// <exception cref="UserErrorException">An option is unknown, or lacks its value.</exception>
    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        var options = new OptionReader(args, Help);
        while (options.Next())
        {
            void Set(string name, double value) => line._changes.Add(r => RecipeFile.Set(r, FormattableString.Invariant($"{name}={value}")));
            switch (options.Option)
            {
                case "--data": line.DataFolder = options.Value(); break;
                case "--stand-in": line.IsStandIn = true; break;
                case "--variant": line.Variant = options.Value(); break;
                case "--show": line.Shows = true; break;
                case "--check": line.OnlyChecks = true; break;
                case "--recipe": line.Overlay(options.Value()); break;
                case "--set": line.Assign(options.Value()); break;
                case "--modalities": line.Take(options.List('+'), (r, list) => r with { Modalities = list }); break;
                case "--blends": line.Take(options.List(), (r, list) => r with { Blends = list }); break;
                case "--epochs": Set("training.epochs", options.Count()); break;
                case "--batch": Set("training.batchSize", options.Count()); break;
                case "--learning-rate": Set("training.learningRate", options.Number()); break;
                case "--seed": Set("training.seed", options.Whole()); break;
                case "--width":
                    double width = options.Number();
                    Set("visual.width", width);
                    Set("audio.width", width);
                    break;
                case "--threads": line.Threads = options.Count(); break;
                case "--pretrained": line.Pretrained = options.Value(); break;
                case "--pretrained-audio": line.PretrainedAudio = options.Value(); break;
                case "--out": line.OutFolder = options.Value(); break;
                default:
                    if (options.Option.StartsWith('-') || line.RecipeName.Length > 0)
                        throw options.Unknown();
                    line.RecipeName = options.Option;
                    break;
            }
        }
        if (line.RecipeName.Length == 0)
            throw new UserErrorException($"Name a recipe: {string.Join(", ", RecipeBook.Names)}. See --help.");
        if (line.IsStandIn && line.DataFolder is not null)
            throw new UserErrorException("--stand-in makes its own data. Leave out --data, or --stand-in.");
        return line;
    }

    /// <summary>The recipe as it stands in the book.</summary>
    public Recipe Published => RecipeBook.Find(RecipeName, Variant);

    /// <summary>The recipe with all that was asked for.</summary>
    /// <exception cref="UserErrorException">A change does not fit.</exception>
    public Recipe Recipe()
    {
        var recipe = IsStandIn ? RecipeBook.StandIn(Published) : Published;
        foreach (var change in _changes)
            recipe = change(recipe);
        Networks.Check(recipe);
        return recipe;
    }

    private void Overlay(string file) => _changes.Add(r => RecipeFile.Overlay(r, file));

    private void Assign(string assignment) => _changes.Add(r => RecipeFile.Set(r, assignment));

    private void Take(string[] list, Func<Recipe, string[], Recipe> change) => _changes.Add(r => change(r, list));
}
