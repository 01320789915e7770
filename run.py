"""信用乌海助手: ``python run.py`` serves, ``python run.py --help`` lists everything else."""

from cli.main import main

if __name__ == "__main__":
    main()
