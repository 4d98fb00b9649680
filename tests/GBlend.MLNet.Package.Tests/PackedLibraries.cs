using System.IO.Compression;
using System.Xml.Linq;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.Package.Tests;

/// <summary>The libraries as packages in a folder feed, and programs that know nothing of this repository but them.</summary>
public sealed class PackedLibraries : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gblend-packages-");

    private readonly List<(string Name, string Version)> _others = [];

    public PackedLibraries()
    {
        Directory.CreateDirectory(Feed);
        foreach (string project in Libraries)
            Pack(Repository.PathTo("src", project, project + ".csproj"));
        Pack(Repository.PathTo("templates", "GBlend.MLNet.Templates.csproj"));
    }

    /// <summary>Lets a build link the native libraries to the package folder; a copy of them takes half a gigabyte a program.</summary>
    internal const string Linked = "-p:CreateHardLinksForCopyLocalIfPossible=true";

    internal static IReadOnlyList<string> Libraries { get; } = [
        .. Directory.GetDirectories(Repository.PathTo("src")).Select(folder => Path.GetFileName(folder))];

    /// <summary>A version that no earlier run has left in the machine's package folder.</summary>
    internal string Version { get; } = $"0.0.0-test.{DateTime.UtcNow:yyyyMMddHHmmss}.{Environment.ProcessId}";

    private string Feed => Path.Combine(_folder.FullName, "feed");

    /// <summary>The package of the project templates.</summary>
    internal string Templates => Path.Combine(Feed, $"GBlend.MLNet.Templates.{Version}.nupkg");

    /// <summary>A folder that is deleted with the packages, and whose programs get them.</summary>
    internal string NewFolder(string name)
    {
        string folder = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "NuGet.config"),
            $"<configuration><packageSources><add key=\"packed\" value=\"{Feed}\" /></packageSources></configuration>");
        return folder;
    }

    /// <summary>What a package says that it needs: package and range.</summary>
    internal IReadOnlyDictionary<string, string> DependenciesOf(string library)
    {
        using var package = ZipFile.OpenRead(Path.Combine(Feed, $"{library}.{Version}.nupkg"));
        using var nuspec = package.GetEntry($"{library}.nuspec")!.Open();
        return XDocument.Load(nuspec).Descendants().Where(e => e.Name.LocalName == "dependency").ToDictionary(
            e => (string)e.Attribute("id")!, e => (string)e.Attribute("version")!);
    }

    /// <summary>The names of the files in a package.</summary>
    internal IReadOnlyList<string> FilesOf(string library)
    {
        using var package = ZipFile.OpenRead(Path.Combine(Feed, $"{library}.{Version}.nupkg"));
        return [.. package.Entries.Select(e => e.FullName)];
    }

    /// <summary>Builds and runs a console program, with warnings as errors.</summary>
    /// <param name="name">The name of its folder.</param>
    /// <param name="packages">Package references, with versions; those of this repository have none.</param>
    /// <param name="program">The source.</param>
    /// <param name="prepare">Puts files into the folder where it runs; <see langword="null"/> for none.</param>
    internal Command Run(string name, IReadOnlyDictionary<string, string> packages, string program, Action<string>? prepare = null)
    {
        string folder = Write(name, packages, program);
        prepare?.Invoke(folder);
        Command.Run("dotnet", $"build -c Release {Linked}", folder).MustSucceed();
        return Command.Run("dotnet", Path.Combine("bin", "Release", "net10.0", $"{name}.dll"), folder);
    }

    /// <summary>Publishes a console program, moves what was published and runs it there.</summary>
    /// <param name="name">The name of its folder.</param>
    /// <param name="packages">See <see cref="Run"/>.</param>
    /// <param name="program">The source.</param>
    /// <param name="options">The options of <c>dotnet publish</c>.</param>
    internal Command Publish(string name, IReadOnlyDictionary<string, string> packages, string program, string options)
    {
        string folder = Write(name, packages, program), published = Path.Combine(_folder.FullName, $"{name} published");
        Command.Run("dotnet", $"publish -c Release -o out {options}", folder).MustSucceed();
        Directory.Move(Path.Combine(folder, "out"), published);
        Directory.Delete(folder, recursive: true);
        var run = Command.Run(Path.Combine(published, name), "", published);
        Directory.Delete(published, recursive: true);
        return run;
    }

    /// <summary>Puts a package of somebody else into the feed.</summary>
    /// <param name="name">The package.</param>
    /// <param name="version">Its version.</param>
    /// <param name="packages">What it depends on.</param>
    /// <param name="source">Its source.</param>
    internal void Pack(string name, string version, IReadOnlyDictionary<string, string> packages, string source)
    {
        string folder = Write(name, packages, source);
        _others.Add((name, version));
        Command.Run("dotnet", $"pack -c Release -o \"{Feed}\" -p:Version={version} -p:OutputType=Library -p:PackageId={name} -p:NoWarn=NU5128", folder)
            .MustSucceed();
    }

    private string Write(string name, IReadOnlyDictionary<string, string> packages, string program)
    {
        string folder = NewFolder(name);
        string references = string.Concat(
            packages.Select(p => $"<PackageReference Include=\"{p.Key}\" Version=\"{(p.Value.Length > 0 ? p.Value : Version)}\" />"));
        // A registry that lacks the exact version of a transitive package takes the next one and says so; that is no fault of the program.
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors><WarningsNotAsErrors>NU1603</WarningsNotAsErrors>
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        return folder;
    }

    private void Pack(string project) =>
        Command.Run("dotnet", $"pack \"{project}\" -c Release -o \"{Feed}\" -p:Version={Version}", Repository.Root).MustSucceed();

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var (library, version) in Libraries.Select(library => (library, Version)).Concat(_others))
        {
            string folder = Path.Combine(packages, library.ToLowerInvariant(), version.ToLowerInvariant());
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
